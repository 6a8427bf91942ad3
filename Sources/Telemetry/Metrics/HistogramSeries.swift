// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import Synchronization

/// How often values fell into each bucket, and their sum.
final class HistogramSeries: MetricSeries, RecorderHandler, TimerHandler {
    static let kind = MetricKind.histogram

    private static let nanosecondsPerSecond = 1e9

    private struct Tally {
        var counts: [UInt64]
        var sum = 0.0
    }

    private let buckets: HistogramBuckets
    private let tally: Mutex<Tally>

    init(buckets: HistogramBuckets) {
        self.buckets = buckets
        tally = Mutex(Tally(counts: Array(repeating: 0, count: buckets.upperBounds.count + 1)))
    }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard !value.isNaN else { return }
        let index = buckets.index(of: value)
        tally.withLock { tally in
            tally.counts[index] &+= 1
            tally.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) {
        record(Double(max(duration, 0)) / Self.nanosecondsPerSecond)
    }

    func write(to text: inout ExpositionText, name: String, labels: LabelSet) {
        let tally = tally.withLock { $0 }
        var total: UInt64 = 0
        for (index, count) in tally.counts.enumerated() {
            total &+= count
            let isLast = index == buckets.upperBounds.count
            let bound = isLast ? "+Inf" : ExpositionText.number(buckets.upperBounds[index])
            text.sample(name + "_bucket", labels.description(upperBound: bound), "\(total)")
        }
        text.sample(name + "_sum", labels.description, ExpositionText.number(tally.sum))
        text.sample(name + "_count", labels.description, "\(total)")
    }
}
