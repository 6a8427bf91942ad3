// SPDX-License-Identifier: Apache-2.0

public import CoreMetrics
import Synchronization

/// The metrics of this process, kept in memory and written out for Prometheus.
///
/// The same label and dimensions always give the same series, so making a `Counter` again counts
/// on. Making one takes a lock and a look-up: hot paths keep what they made. Recording is one
/// atomic operation (counters, gauges) or one short lock of that series alone (histograms).
///
/// Names: characters Prometheus does not know become `_`; a counter's name ends in `_total` and a
/// timer's in `_seconds`, which are added where they are missing. Recorders that aggregate and
/// timers are histograms, the other recorders and meters are gauges. A name that is asked for as
/// two types keeps the first; what the second records is not exposed, and a comment says so.
/// Series are never removed: counters must not go back, and a series may have several owners.
public final class PrometheusMetrics: MetricsFactory {
    /// The content type of `exposition()`: the text format 0.0.4.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// At most so many label sets are kept for each metric.
    ///
    /// Any further one is folded into the series whose label values are all `other`.
    public static let labelSetLimitPerMetric = 128

    private let help: [String: String]
    private let families = Mutex<[String: MetricFamily]>([:])

    /// Starts with no metrics.
    ///
    /// - Parameter help: What each metric means, one sentence, by its exposed name.
    public init(help: [String: String] = [:]) {
        self.help = help
    }

    /// All metrics as text, sorted by name and labels, each series consistent in itself.
    public func exposition() -> String {
        var text = ExpositionText()
        let snapshot = families.withLock { $0 }
        for (name, family) in snapshot.sorted(by: { $0.key < $1.key }) {
            text.append(family, named: name, help: help[name])
        }
        return text.string
    }

    private func series<Series: MetricSeries>(
        _ type: Series.Type,
        named name: String,
        _ dimensions: [(String, String)]
    ) -> Series {
        let labels = LabelSet(dimensions)
        return families.withLock { families in
            families[name, default: MetricFamily(kind: Series.kind)]
                .series(type, labels: labels, buckets: HistogramBuckets.chosen(for: name))
        }
    }
}

// MARK: MetricsFactory

extension PrometheusMetrics {
    /// The counter of a label and its dimensions; negative amounts are ignored.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(CounterSeries.self, named: MetricName.counter(label), dimensions)
    }

    /// The counter of a label and its dimensions; negative amounts are ignored.
    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(CounterSeries.self, named: MetricName.counter(label), dimensions)
    }

    /// The gauge of a label and its dimensions.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(GaugeSeries.self, named: MetricName.plain(label), dimensions)
    }

    /// The histogram, or when it does not aggregate the gauge, of a label and its dimensions.
    public func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        let name = MetricName.plain(label)
        guard aggregate else { return series(GaugeSeries.self, named: name, dimensions) }
        return series(HistogramSeries.self, named: name, dimensions)
    }

    /// The histogram, in seconds, of a label and its dimensions.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(HistogramSeries.self, named: MetricName.timer(label), dimensions)
    }

    /// Keeps the series: see the type.
    public func destroyCounter(_ handler: any CounterHandler) {}

    /// Keeps the series: see the type.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}

    /// Keeps the series: see the type.
    public func destroyMeter(_ handler: any MeterHandler) {}

    /// Keeps the series: see the type.
    public func destroyRecorder(_ handler: any RecorderHandler) {}

    /// Keeps the series: see the type.
    public func destroyTimer(_ handler: any TimerHandler) {}
}
