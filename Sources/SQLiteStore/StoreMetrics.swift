// SPDX-License-Identifier: Apache-2.0

import Metrics

/// What the writer reports about itself.
struct StoreMetrics: Sendable {
    /// How many drafts shared a flush.
    let intakeBatch = Recorder(label: "assay_intake_batch_events", aggregate: true)
    /// How long the transaction of a flush took, in seconds.
    let flush = Metrics.Timer(label: "assay_flush_seconds")
    /// How many drafts wait for a flush.
    let intakePending = Gauge(label: "assay_intake_pending_events")
}
