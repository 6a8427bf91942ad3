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
                    if let answer = await responder.respond(to: incoming) {
                        link.answer(answer)
                    } else {
                        link.end()
                    }
                }
            } onCancel: {
                link.drain()
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

    /// Takes no further request and ends once what has begun to arrive is answered.
    func drain() { onEventLoop { $0.drain() } }

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
