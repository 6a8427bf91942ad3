// SPDX-License-Identifier: Apache-2.0

import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// A connection of Hummingbird's server: NIO's HTTP/1.1 decoder and encoder, and our `Connection`.
///
/// The requests of a connection are answered one after the other, on the event loop that serves it:
/// a request that changes threads between its last byte and its answer pays more for that than for
/// its work (ADR 0015). Nothing that blocks or takes long may run there; routes say so
/// (`Route.isBrief`), all others run on the default executor.
struct ConnectionChannel: ServerChildChannel {
    let responder: APIResponder

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<ConnectionLink> {
        channel.eventLoop.makeCompletedFuture {
            let limits = responder.services.limits
            var decoderLimits = NIOHTTPDecoderLimitConfiguration()
            decoderLimits.maxHeaderFieldSize = limits.headerFieldBytes
            decoderLimits.maxHeaderListSize = limits.headerListBytes
            decoderLimits.maxHeaderFieldCount = limits.headerFields
            // The fields of answers are our own, or checked (`RequestIDs.isSane`).
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                withPipeliningAssistance: false,
                withErrorHandling: false,
                withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(),
                withDecoderLimitConfiguration: decoderLimits
            )
            let connection = Connection(limits: limits)
            try channel.pipeline.syncOperations.addHandler(connection)
            return ConnectionLink(connection, channel)
        }
    }

    func handle(value link: ConnectionLink, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopTaskExecutor(link.channel.eventLoop)) {
            await withTaskCancellationHandler {
                while let incoming = await link.next() {
                    guard let answer = await responder.respond(to: incoming) else {
                        link.end()
                        continue
                    }
                    if let parts = answer.parts {
                        await link.answer(answer.head, in: parts)
                    } else {
                        link.answer(answer)
                    }
                }
            } onCancel: {
                link.shutDown()
            }
        }
        // The server counts a connection as served when this returns, and may then end.
        try? await link.channel.closeFuture.get()
    }
}

/// A connection as seen from tasks.
struct ConnectionLink: ServerChildChannelValue {
    let channel: any Channel
    private let connection: NIOLoopBound<Connection>

    /// Only on the channel's event loop.
    init(_ connection: Connection, _ channel: any Channel) {
        self.channel = channel
        self.connection = NIOLoopBound(connection, eventLoop: channel.eventLoop)
    }

    /// The next request; nil when there will be none.
    func next() async -> Incoming? {
        await withCheckedContinuation { waiting in
            onEventLoop { $0.receive(waiting) }
        }
    }

    /// The body of the request that is being answered.
    func body(limit: Int) async throws -> ByteBuffer {
        try await withCheckedThrowingContinuation { waiting in
            onEventLoop { $0.collect(upTo: limit, waiting) }
        }
    }

    /// Answers the request that was handed over last.
    func answer(_ answer: OutgoingAnswer) {
        onEventLoop { $0.answer(answer) }
    }

    /// Answers the request that was handed over last in parts, until there are no more or nobody
    /// wants them.
    ///
    /// What makes the parts is cancelled when the client goes, and an endless one when the server
    /// shuts down. An answer that fails after its head is cut, and the connection reset.
    func answer(_ head: HTTPResponseHead, in parts: PartedBody) async {
        let (stopped, stop) = AsyncStream.makeStream(of: Never.self)
        let state = AnswerParts(isEndless: parts.isEndless, stop: stop)
        let isWanted = await withCheckedContinuation { waiting in
            onEventLoop { waiting.resume(returning: $0.begin(head, state)) }
        }
        defer { parts.whenDone() }
        guard isWanted else { return }
        let isWhole = await withTaskGroup(of: Bool.self) { group in
            group.addTask(executorPreference: globalConcurrentExecutor) {
                do {
                    try await parts.write(PartWriter(send: write))
                    return true
                } catch {
                    return parts.isEndless && error is CancellationError
                }
            }
            group.addTask {
                for await _ in stopped {}
                return false
            }
            var isWhole = false
            for await isWritten in group {
                isWhole = isWhole || isWritten
                group.cancelAll()
            }
            return isWhole
        }
        onEventLoop { $0.finishParts(isWhole: isWhole) }
    }

    /// Writes one part, and waits while the client has no room for more.
    private func write(_ part: ByteBuffer) async throws {
        try await withCheckedThrowingContinuation { waiting in
            onEventLoop { $0.write(part, waiting) }
        }
    }

    /// Does work that takes long for the request that was handed over last; it is cancelled when the
    /// client says no more, since then it has most likely gone.
    ///
    /// - Throws: `RequestAborted` when it has, and what `work` throws.
    func unlessGone<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let (gone, departure) = AsyncStream.makeStream(of: Never.self)
        onEventLoop { $0.watch(departure) }
        defer { onEventLoop { $0.stopWatching() } }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                for await _ in gone {}
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else {
                throw RequestAborted()
            }
            return value
        }
    }

    /// Takes no further request and ends once what has begun to arrive is answered.
    func shutDown() { onEventLoop { $0.shutDown() } }

    /// Ends without an answer to the request that was handed over last.
    func end() { onEventLoop { $0.end() } }

    private func onEventLoop(_ work: @escaping @Sendable (Connection) -> Void) {
        if channel.eventLoop.inEventLoop {
            work(connection.value)
        } else {
            channel.eventLoop.execute { work(connection.value) }
        }
    }
}

/// Runs a connection's task on its event loop.
private final class EventLoopTaskExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute {
            job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }
}
