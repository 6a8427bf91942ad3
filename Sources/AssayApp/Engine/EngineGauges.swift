// SPDX-License-Identifier: Apache-2.0

import Metrics
import OutcomeRuntime

/// The figures that are looked up when they are asked for.
struct EngineGauges: Sendable {
    private let backlog = Gauge(label: "assay_intake_backlog_events")
    private let halted = Gauge(label: "assay_partitions_halted")
    private let doubt = Gauge(label: "assay_clock_in_doubt")

    /// Looks.
    func record(_ engine: Engine) {
        backlog.record(engine.store.ingestBacklog())
        halted.record(engine.lanes.reduce(0) { $0 + $1.haltedPartitions })
        doubt.record(engine.clock.doubt == nil ? 0 : 1)
    }
}
