// SPDX-License-Identifier: Apache-2.0

import CoreMetrics

/// A number that goes up and down: its last value counts.
final class GaugeSeries: MetricSeries, MeterHandler, RecorderHandler {
    static let kind = MetricKind.gauge

    private let value = AtomicNumber()

    init(buckets: HistogramBuckets) {}

    func set(_ value: Int64) { self.value.store(Double(value)) }
    func set(_ value: Double) { self.value.store(value) }
    func increment(by amount: Double) { value.add(amount) }
    func decrement(by amount: Double) { value.add(-amount) }
    func record(_ value: Int64) { self.value.store(Double(value)) }
    func record(_ value: Double) { self.value.store(value) }

    func write(to text: inout ExpositionText, name: String, labels: LabelSet) {
        text.sample(name, labels.description, ExpositionText.number(value.load()))
    }
}
