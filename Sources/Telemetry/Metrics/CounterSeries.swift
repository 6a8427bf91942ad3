// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import Synchronization

/// A number that only grows.
final class CounterSeries: MetricSeries, CounterHandler, FloatingPointCounterHandler {
    static let kind = MetricKind.counter

    /// Whole amounts, which are nearly all, cost one instruction; the rest is kept apart.
    private let whole = Atomic<Int64>(0)
    private let fractional = AtomicNumber()

    init(buckets: HistogramBuckets) {}

    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        whole.wrappingAdd(amount, ordering: .relaxed)
    }

    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        fractional.add(amount)
    }

    func reset() {
        whole.store(0, ordering: .relaxed)
        fractional.store(0)
    }

    func write(to text: inout ExpositionText, name: String, labels: LabelSet) {
        let whole = whole.load(ordering: .relaxed)
        let fractional = fractional.load()
        let value = fractional == 0 ? "\(whole)" : ExpositionText.number(Double(whole) + fractional)
        text.sample(name, labels.description, value)
    }
}
