// SPDX-License-Identifier: Apache-2.0

import Metrics

/// What a projection reports; its name is the only label.
struct ProjectionMetrics: Sendable {
    private let lag: Gauge
    private let stopped: Gauge
    private let batch: Recorder

    init(projection: String) {
        let dimensions = [("projection", projection)]
        lag = Gauge(label: "assay_projection_lag_events", dimensions: dimensions)
        stopped = Gauge(label: "assay_projection_stopped", dimensions: dimensions)
        stopped.record(0)
        batch = Recorder(
            label: "assay_projection_batch_events",
            dimensions: dimensions,
            aggregate: true
        )
    }

    func record(lagEvents: Int64) { lag.record(lagEvents) }

    func record(isStopped: Bool) { stopped.record(isStopped ? 1 : 0) }

    func record(batchEvents: Int) { batch.record(batchEvents) }
}
