// SPDX-License-Identifier: Apache-2.0

/// The type of a metric as the exposition names it.
enum MetricKind: String, Sendable {
    case counter
    case gauge
    case histogram
}

/// One metric with one label set: what a handler records into.
protocol MetricSeries: AnyObject, Sendable {
    static var kind: MetricKind { get }

    /// Starts at zero; only histograms look at the buckets.
    init(buckets: HistogramBuckets)

    /// Writes its sample lines.
    func write(to text: inout ExpositionText, name: String, labels: LabelSet)
}
