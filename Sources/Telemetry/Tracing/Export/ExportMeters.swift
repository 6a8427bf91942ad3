// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import Metrics

/// What the export of spans tells about itself.
struct ExportMeters: Sendable {
    /// Why a span never reached the collector.
    enum Loss: String, CaseIterable {
        case queueIsFull = "queue_full"
        /// The collector did not want it.
        case isRefused = "refused"
        /// Every attempt has failed.
        case isGivenUp = "gave_up"
        /// The process has ended first.
        case isShutDown = "shutdown"
    }

    let exported = Counter(label: "assay_trace_spans_exported_total")
    let failures = Counter(label: "assay_trace_export_failures_total")
    private let dropped = Dictionary(
        uniqueKeysWithValues: Loss.allCases.map { loss in
            let dimensions = [("reason", loss.rawValue)]
            return (
                loss, Counter(label: "assay_trace_spans_dropped_total", dimensions: dimensions)
            )
        }
    )

    func count(_ spans: Int, dropped loss: Loss) {
        dropped[loss]?.increment(by: spans)
    }
}
