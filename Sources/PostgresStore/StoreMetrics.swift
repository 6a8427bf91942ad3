// SPDX-License-Identifier: Apache-2.0

import Metrics

/// What intake reports about itself, under the names the embedded store uses.
struct StoreMetrics: Sendable {
    /// How many drafts shared a statement.
    let intakeBatch = Recorder(label: "assay_intake_batch_events", aggregate: true)
    /// How long a statement took, from sent to committed, in seconds.
    let flush = Metrics.Timer(label: "assay_flush_seconds")
    /// How many drafts wait for a statement, or for its answer.
    let intakePending = Gauge(label: "assay_intake_pending_events")
}
