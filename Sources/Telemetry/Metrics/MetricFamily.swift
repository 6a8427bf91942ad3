// SPDX-License-Identifier: Apache-2.0

/// All series of one metric name.
struct MetricFamily: Sendable {
    let kind: MetricKind
    private(set) var series: [LabelSet: any MetricSeries] = [:]
    /// Other types this name was asked for as; what they record is not exposed.
    private(set) var conflicts: Set<MetricKind> = []

    init(kind: MetricKind) {
        self.kind = kind
    }

    /// The series of a label set; beyond the limit the one all further label sets share.
    mutating func series<Series: MetricSeries>(
        _ type: Series.Type,
        labels: LabelSet,
        buckets: HistogramBuckets
    ) -> Series {
        guard Series.kind == kind else {
            conflicts.insert(Series.kind)
            return Series(buckets: buckets)
        }
        if let known = series[labels] as? Series { return known }
        let isFull = series.count >= PrometheusMetrics.labelSetLimitPerMetric
        let kept = isFull ? labels.folded : labels
        if let known = series[kept] as? Series { return known }
        let made = Series(buckets: buckets)
        series[kept] = made
        return made
    }
}
