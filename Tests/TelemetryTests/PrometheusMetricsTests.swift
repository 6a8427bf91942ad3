// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import Metrics
import Telemetry
import Testing

@Suite("Prometheus metrics")
struct PrometheusMetricsTests {
    private let metrics = PrometheusMetrics(help: [
        "assay_events_total": "Events accepted, by \\ result\nand line."
    ])

    private func lines() -> [String] {
        metrics.exposition().split(separator: "\n").map(String.init)
    }

    @Test("a counter has a help line, a type line and a sample for each label set")
    func counterIsExposed() {
        Counter(label: "assay_events", dimensions: [("result", "new")], factory: metrics)
            .increment(by: 3)
        Counter(label: "assay_events", dimensions: [("result", "duplicate")], factory: metrics)
            .increment()
        #expect(
            metrics.exposition() == """
                # HELP assay_events_total Events accepted, by \\\\ result\\nand line.
                # TYPE assay_events_total counter
                assay_events_total{result="duplicate"} 1
                assay_events_total{result="new"} 3

                """
        )
    }

    @Test("a counter made again counts on, and is set to zero by a reset")
    func counterIsShared() {
        Counter(label: "a_total", factory: metrics).increment(by: 2)
        let again = Counter(label: "a_total", factory: metrics)
        again.increment(by: 5)
        #expect(lines().contains("a_total 7"))
        again.destroy()
        #expect(lines().contains("a_total 7"))
        again.reset()
        #expect(lines().contains("a_total 0"))
    }

    @Test("a counter ignores negative amounts and adds fractions to whole ones")
    func counterOnlyGrows() {
        let counter = Counter(label: "a_total", factory: metrics)
        counter.increment(by: 2)
        counter.increment(by: -5)
        let fractional = FloatingPointCounter(label: "a_total", factory: metrics)
        fractional.increment(by: 0.25)
        fractional.increment(by: -1.0)
        #expect(lines().contains("a_total 2.25"))
    }

    @Test("a meter goes up and down")
    func meterIsAGauge() {
        let meter = Meter(label: "actors", factory: metrics)
        meter.set(10)
        meter.increment(by: 2.5)
        meter.decrement(by: 4.0)
        #expect(lines() == ["# TYPE actors gauge", "actors 8.5"])
    }

    @Test("a gauge shows the value recorded last, infinities in Prometheus's spelling")
    func gaugeKeepsTheLastValue() {
        let gauge = Gauge(label: "backlog", factory: metrics)
        gauge.record(12)
        gauge.record(7)
        #expect(lines().last == "backlog 7")
        gauge.record(-Double.infinity)
        #expect(lines().last == "backlog -Inf")
        gauge.record(Double.nan)
        #expect(lines().last == "backlog NaN")
    }

    @Test("a timer is a histogram in seconds with cumulative buckets")
    func timerIsAHistogramInSeconds() {
        let timer = Timer(label: "flush", dimensions: [("store", "sqlite")], factory: metrics)
        timer.recordNanoseconds(100_000)
        timer.recordNanoseconds(100_001)
        timer.recordMilliseconds(30)
        timer.recordSeconds(61)
        let lines = lines()
        #expect(lines.first == "# TYPE flush_seconds histogram")
        #expect(lines.contains(#"flush_seconds_bucket{store="sqlite",le="0.0001"} 1"#))
        #expect(lines.contains(#"flush_seconds_bucket{store="sqlite",le="0.00025"} 2"#))
        #expect(lines.contains(#"flush_seconds_bucket{store="sqlite",le="0.025"} 2"#))
        #expect(lines.contains(#"flush_seconds_bucket{store="sqlite",le="0.05"} 3"#))
        #expect(lines.contains(#"flush_seconds_bucket{store="sqlite",le="60"} 3"#))
        #expect(lines.contains(#"flush_seconds_bucket{store="sqlite",le="+Inf"} 4"#))
        #expect(lines.contains(#"flush_seconds_sum{store="sqlite"} 61.030200001"#))
        #expect(lines.last == #"flush_seconds_count{store="sqlite"} 4"#)
    }

    @Test("a recorder of sizes has the powers of two as buckets")
    func recorderHasSizeBuckets() {
        let recorder = Recorder(label: "batch_events", factory: metrics)
        for size in [1, 2, 3, 65_537] { recorder.record(size) }
        let lines = lines()
        #expect(lines.contains(#"batch_events_bucket{le="1"} 1"#))
        #expect(lines.contains(#"batch_events_bucket{le="2"} 2"#))
        #expect(lines.contains(#"batch_events_bucket{le="4"} 3"#))
        #expect(lines.contains(#"batch_events_bucket{le="65536"} 3"#))
        #expect(lines.contains(#"batch_events_bucket{le="+Inf"} 4"#))
        #expect(lines.contains("batch_events_sum 65543"))
    }

    @Test("a recorder's buckets follow the suffix of its name")
    func bucketsFollowTheSuffix() {
        Recorder(label: "lateness_seconds", factory: metrics).record(0.3)
        Recorder(label: "request_bytes", factory: metrics).record(100)
        let lines = lines()
        #expect(lines.contains(#"lateness_seconds_bucket{le="0.25"} 0"#))
        #expect(lines.contains(#"lateness_seconds_bucket{le="0.5"} 1"#))
        #expect(lines.contains(#"request_bytes_bucket{le="64"} 0"#))
        #expect(lines.contains(#"request_bytes_bucket{le="16777216"} 1"#))
    }

    @Test("names and labels become legal, label values are escaped")
    func namesBecomeLegal() {
        Counter(
            label: "http.server-requests",
            dimensions: [("le", "a"), ("0way", "quote\" slash\\ line\n"), ("__x", "é")],
            factory: metrics
        ).increment()
        #expect(
            lines().last
                == #"http_server_requests_total{_0way="quote\" slash\\ line\n","#
                + #"label___x="é",label_le="a"} 1"#
        )
    }

    @Test("the order of dimensions does not matter, and of two with one name the first is kept")
    func dimensionsAreASet() {
        Gauge(label: "g", dimensions: [("a", "1"), ("b", "2")], factory: metrics).record(1)
        Gauge(label: "g", dimensions: [("b", "2"), ("a", "1"), ("a", "9")], factory: metrics)
            .record(5)
        #expect(lines() == ["# TYPE g gauge", #"g{a="1",b="2"} 5"#])
    }

    @Test("label sets beyond the limit are folded into one whose values are other")
    func labelSetsAreBounded() {
        let limit = PrometheusMetrics.labelSetLimitPerMetric
        for index in 0..<(limit + 10) {
            Counter(label: "c_total", dimensions: [("k", "v\(index)")], factory: metrics)
                .increment()
        }
        Counter(label: "c_total", dimensions: [("k", "v0")], factory: metrics).increment()
        let lines = lines()
        #expect(lines.count == limit + 2)
        #expect(lines.contains(#"c_total{k="other"} 10"#))
        #expect(lines.contains(#"c_total{k="v0"} 2"#))
    }

    @Test("a name asked for as two types keeps the first and says so in a comment")
    func conflictingTypesAreTold() {
        Gauge(label: "x", factory: metrics).record(1)
        Recorder(label: "x", factory: metrics).record(9)
        #expect(
            lines() == [
                "# TYPE x gauge",
                "# x was also asked for as a histogram; that one is not exposed",
                "x 1",
            ]
        )
    }

    @Test("nothing is lost when several tasks record at once")
    func recordingIsSafe() async {
        let metrics = metrics
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let counter = Counter(label: "c_total", factory: metrics)
                    let meter = Meter(label: "m", factory: metrics)
                    let recorder = Recorder(label: "r", factory: metrics)
                    for _ in 0..<1000 {
                        counter.increment()
                        meter.increment(by: 1.0)
                        recorder.record(1)
                    }
                }
            }
        }
        let lines = lines()
        #expect(lines.contains("c_total 4000"))
        #expect(lines.contains("m 4000"))
        #expect(lines.contains("r_count 4000"))
    }

    @Test("without metrics there is no text")
    func nothingIsNothing() {
        #expect(metrics.exposition().isEmpty)
    }
}
