// SPDX-License-Identifier: Apache-2.0

import Metrics

/// What a rebuild reports; the projection's name is the only label.
struct RebuildMetrics: Sendable {
    private let done: Gauge
    private let remaining: Gauge
    private let differences: Gauge
    private let isRunning: Gauge

    init(projection: String) {
        let dimensions = [("projection", projection)]
        done = Gauge(label: "assay_rebuild_done_events", dimensions: dimensions)
        remaining = Gauge(label: "assay_rebuild_remaining_events", dimensions: dimensions)
        differences = Gauge(label: "assay_rebuild_differences", dimensions: dimensions)
        isRunning = Gauge(label: "assay_rebuild_running", dimensions: dimensions)
    }

    func record(_ status: RebuildStatus) {
        done.record(status.doneEvents)
        remaining.record(status.remainingEvents)
        differences.record(
            status.comparison?.differenceCount ?? status.verdict?.differences ?? 0
        )
        switch status.phase {
        case .building, .comparing: isRunning.record(1)
        case .none, .paused, .differing, .failed, .liveUnreadable, .swapped:
            isRunning.record(0)
        }
    }
}
