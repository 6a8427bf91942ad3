// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import Logging
import ServiceLifecycle

/// The exporter's walk through the queue: what it holds at the moment, and how it fares.
struct ExportPass {
    private struct Batch {
        let spans: [FinishedSpan]
        let body: [UInt8]
        var attempts = 0
    }

    private let queue: SpanQueue
    private let resource: TraceResource
    private let sender: SpanSender
    private let logger: Logger
    private let meters = ExportMeters()
    private var held: Batch?
    private var pause: ExportPause
    private var isFailing = false

    init(
        _ queue: SpanQueue,
        _ resource: TraceResource,
        _ sender: SpanSender,
        _ logger: Logger,
        pause: ExportPause = ExportPause()
    ) {
        self.queue = queue
        self.resource = resource
        self.sender = sender
        self.logger = logger
        self.pause = pause
    }

    /// Sends batch after batch until none is left, or the service shuts down.
    mutating func exportAll() async {
        while !Task.isShuttingDownGracefully, !Task.isCancelled, hold() {
            guard let batch = held else { return }
            let answer = await cancelWhenGracefulShutdown { [sender] in
                await sender.send(batch.body, OTLPExporter.requestLimit)
            }
            // Cut short: it is sent again at the end, which says whether anybody is there.
            if case .failed = answer, Task.isShuttingDownGracefully { return }
            guard let rest = settle(answer) else { continue }
            _ = await cancelWhenGracefulShutdown { try? await Task.sleep(for: rest) }
        }
    }

    /// Sends what is left, once each, and no longer than a shutdown may take.
    mutating func flush() async {
        let end = ContinuousClock.now + OTLPExporter.shutdownLimit
        while ContinuousClock.now < end, !Task.isCancelled, hold() {
            guard let batch = held else { break }
            let limit = min(OTLPExporter.requestLimit, end - ContinuousClock.now)
            let answer = await sender.send(batch.body, limit)
            guard case .failed = answer else {
                _ = settle(answer)
                continue
            }
            break
        }
        let left = (held?.spans.count ?? 0) + queue.count
        guard left > 0 else { return }
        meters.count(left, dropped: .isShutDown)
        logger.warning("spans were not exported", metadata: ["spans": "\(left)"])
    }

    /// Whether there is a batch in hand.
    private mutating func hold() -> Bool {
        if held != nil { return true }
        let spans = queue.takeBatch()
        guard !spans.isEmpty else { return false }
        held = Batch(
            spans: spans,
            body: TraceExportRequest(resource: resource, spans: spans).bytes
        )
        return true
    }

    /// - Returns: How long to wait before the same batch is sent again; nil when it is done with.
    private mutating func settle(_ answer: ExportAnswer) -> Duration? {
        guard var batch = held else { return nil }
        switch answer {
        case .accepted(let rejected):
            let lost = min(rejected, batch.spans.count)
            meters.exported.increment(by: batch.spans.count - lost)
            if lost > 0 { meters.count(lost, dropped: .isRefused) }
            succeed()
            return nil
        case .refused(let status):
            meters.count(batch.spans.count, dropped: .isRefused)
            tellFailure("status \(status)")
            held = nil
            return nil
        case .failed(let reason, let asked):
            tellFailure(reason)
            batch.attempts += 1
            held = batch
            if batch.attempts >= OTLPExporter.attemptLimit {
                meters.count(batch.spans.count, dropped: .isGivenUp)
                held = nil
            }
            return pause.afterFailure(asked: asked)
        }
    }

    private mutating func succeed() {
        held = nil
        pause.reset()
        guard isFailing else { return }
        isFailing = false
        logger.notice("the collector takes spans again")
    }

    /// Once, and not again until it went well.
    private mutating func tellFailure(_ reason: String) {
        meters.failures.increment()
        guard !isFailing else { return }
        isFailing = true
        logger.warning("the collector takes no spans", metadata: ["reason": "\(reason)"])
    }
}
