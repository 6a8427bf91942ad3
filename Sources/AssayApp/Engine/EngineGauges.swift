// SPDX-License-Identifier: Apache-2.0

import Metrics
import OutcomeRuntime
import ProjectionKit

/// The figures that are looked up when they are asked for.
struct EngineGauges: Sendable {
    private let backlog = Gauge(label: "assay_intake_backlog_events")
    private let halted = Gauge(label: "assay_partitions_halted")
    private let doubt = Gauge(label: "assay_clock_in_doubt")
    private let stopped: [Gauge]

    /// Gauges for an engine with these projections, by name.
    init(projections: [String]) {
        stopped = projections.map { name in
            Gauge(label: "assay_projection_stopped", dimensions: [("projection", name)])
        }
    }

    /// Looks; `engine` has the projections it was made with.
    func record(_ engine: Engine) {
        backlog.record(engine.store.ingestBacklog())
        halted.record(engine.lanes.reduce(0) { $0 + $1.haltedPartitions })
        doubt.record(engine.clock.doubt == nil ? 0 : 1)
        for (gauge, projection) in zip(stopped, engine.projections) {
            gauge.record(projection.health.failure == nil ? 0 : 1)
        }
    }
}
