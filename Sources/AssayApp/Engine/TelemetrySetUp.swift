// SPDX-License-Identifier: Apache-2.0

import Instrumentation
import Logging
import Metrics
import Synchronization
import Telemetry

/// Log, metrics and trace context of the process: set up once, behind the swift-* API packages.
struct TelemetrySetUp: Sendable {
    let logger: Logger
    let metrics: PrometheusMetrics
    /// Sends spans to a collector, where one is named; else there is no tracer.
    let exporter: OTLPExporter?

    private static let made = Mutex<TelemetrySetUp?>(nil)

    /// The process's telemetry; the first call decides level and format.
    static func shared(_ configuration: AssayConfiguration) -> TelemetrySetUp {
        made.withLock { made in
            if let made { return made }
            let metrics = PrometheusMetrics(help: help)
            MetricsSystem.bootstrap(metrics)
            let format: LogFormat = configuration.logJSON ? .json : .text
            format.bootstrap(level: Logger.Level(rawValue: configuration.logLevel) ?? .info)
            let logger = Logger(label: "assay")
            let exporter = exporter(configuration, logger)
            let setUp = TelemetrySetUp(logger: logger, metrics: metrics, exporter: exporter)
            made = setUp
            return setUp
        }
    }

    /// Without a collector nothing makes spans, and all that is left is to pass on the client's.
    private static func exporter(
        _ configuration: AssayConfiguration,
        _ logger: Logger
    ) -> OTLPExporter? {
        guard let endpoint = configuration.otlpEndpoint else {
            InstrumentationSystem.bootstrap(TraceContextInstrument())
            return nil
        }
        let queue = SpanQueue(limitSpans: configuration.otlpQueueLimitSpans)
        let sampling = TraceSampling(ratio: configuration.otlpSampleRatio) ?? .all
        InstrumentationSystem.bootstrap(ExportingTracer(queue: queue, sampling: sampling))
        return OTLPExporter(
            endpoint: endpoint,
            resource: TraceResource(
                service: "assay",
                instance: configuration.node,
                version: AssayVersion.current
            ),
            queue: queue,
            logger: logger
        )
    }

    /// What each metric means.
    ///
    /// No metric carries an account or a key.
    private static let help: [String: String] = [
        "assay_active_outcomes": "Outcome actors in memory, per lane.",
        "assay_checkpoint_age_seconds":
            "How long the oldest event without a checkpoint has waited.",
        "assay_checkpoint_mismatches": "Partitions whose log is not what its checkpoint says.",
        "assay_checkpoints_total": "Checkpoints signed by the node.",
        "assay_clock_in_doubt": "1 while the node's clock cannot be trusted and intake is held.",
        "assay_clock_offset_seconds": "By how much the node's clock is ahead of the database's.",
        "assay_conservation_residual_events":
            "Signals taken from the log without a fact of them, or with two; it never goes down.",
        "assay_dead_letters_total": "Signals dead-lettered, by code.",
        "assay_flush_seconds": "Time of one intake flush, from begin to durable.",
        "assay_http_request_seconds": "Time from a request's head to its answer.",
        "assay_http_requests_total": "Requests answered, by method, route and status.",
        "assay_intake_backlog_events": "Records accepted and not yet processed.",
        "assay_intake_batch_events": "Records written by one intake flush.",
        "assay_intake_pending_events": "Records waiting for an intake flush.",
        "assay_lane_append_seconds": "Time of one turn's append, from begin to durable.",
        "assay_lane_batch_events": "Records processed in one turn.",
        "assay_lane_retries_total": "Turns tried again after a store fault.",
        "assay_lane_turn_seconds": "Time of one turn.",
        "assay_lane_wait_seconds": "Time a record of a live account waited to be processed.",
        "assay_lease_claims_total": "Partitions that the node has claimed.",
        "assay_lease_losses_total": "Partitions claimed by others while they ran here.",
        "assay_lease_renewal_seconds": "Time of one renewal of the node's lease.",
        "assay_oldest_waiting_seconds": "For how long the oldest record has waited for a lane.",
        "assay_partitions_halted": "Partitions of the node that have stopped.",
        "assay_partitions_halted_total": "Partitions that have stopped since the start.",
        "assay_partitions_owned": "Partitions that the node runs.",
        "assay_processed_events_total": "Records processed.",
        "assay_projection_batch_events": "Facts applied in one transaction, by projection.",
        "assay_projection_lag_events": "Facts committed and not yet applied, by projection.",
        "assay_projection_lag_seconds":
            "For how long the oldest fact has waited for a read model, by projection.",
        "assay_projection_stopped": "1 while a projection stands at an event it cannot apply.",
        "assay_rebuild_differences": "Rows that differed when copies were last compared.",
        "assay_rebuild_done_events": "Events in the rows of the copy that is being built.",
        "assay_rebuild_remaining_events": "Events the copy has yet to catch up with.",
        "assay_rebuild_running": "1 while a copy is being built or compared.",
        "assay_settlement_lateness_seconds": "Time from the end of a window to its settlement.",
        "assay_settlements_total": "Outcomes settled by their timers.",
        "assay_simulation_seconds": "Time of one simulation, by how it ended.",
        "assay_simulation_streams_total": "Streams that simulations have decided again.",
        "assay_simulations_refused_total":
            "Simulations refused because as many were being made as may be at a time.",
        "assay_simulations_running": "Simulations that are being made.",
        "assay_stream_resets_total":
            "Times a live stream's client was told to read its list again.",
        "assay_streams_open": "Live streams that are open.",
        "assay_trace_export_failures_total": "Exports of spans that the collector did not take.",
        "assay_trace_spans_dropped_total": "Spans that never reached the collector, by reason.",
        "assay_trace_spans_exported_total": "Spans that the collector took.",
    ]
}
