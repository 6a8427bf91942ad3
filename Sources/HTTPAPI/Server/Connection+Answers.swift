// SPDX-License-Identifier: Apache-2.0

import DequeModule
import NIOCore
import NIOHTTP1

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// An answer that goes out in parts, as its connection sees it.
struct AnswerParts {
    /// Whether it goes on until somebody ends it, so that a shutdown has to.
    let isEndless: Bool
    /// Finished when no further part is wanted.
    let stop: AsyncStream<Never>.Continuation
    /// Whether its head has said that the connection ends with it.
    var isLast = false
    /// Who has written a part and waits until the client has room for more.
    var writer: CheckedContinuation<Void, any Error>?
}

extension Connection {
    /// Answers the current request.
    func answer(_ answer: OutgoingAnswer) {
        guard let arrival = current, let context else { return }
        let isLast = writeHead(answer.head, for: arrival, context)
        if !arrival.isHead {
            context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil)
        }
        finish(isLast: isLast, context)
    }

    private func writeHead(
        _ head: HTTPResponseHead,
        for arrival: Arrival,
        _ context: ChannelHandlerContext
    ) -> Bool {
        var head = head
        let isLast = isLast(arrival)
        if isLast {
            head.headers.add(name: "Connection", value: "close")
        } else if arrival.isOldVersion {
            head.headers.add(name: "Connection", value: "keep-alive")
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        return isLast
    }

    private func isLast(_ arrival: Arrival) -> Bool {
        if case .draining = phase, waiting.isEmpty { return true }
        return !arrival.keepsAlive || arrival.isArriving && arrival.isToldToGoOn == false
    }

    private func finish(isLast: Bool, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        answered(isLast: isLast)
    }

    private func answered(isLast: Bool) {
        guard !isLast else { return end() }
        current?.isAnswered = true
        passedOver()
        goOnReading()
    }
}

// MARK: In parts

extension Connection {
    /// Begins an answer whose parts follow; its length is not known.
    ///
    /// - Returns: Whether parts are wanted: not for HEAD, nor when the client has gone.
    func begin(_ head: HTTPResponseHead, _ parts: AnswerParts) -> Bool {
        guard let arrival = current, let context else { return false }
        var head = head
        var parts = parts
        let isHead = arrival.isHead
        if arrival.isOldVersion {
            // What is told to be HTTP/1.0 is not sent in chunks: such a client knows none.
            head.version = .http1_0
            if !isHead {
                // The end of the connection is the only end of a body that it knows.
                phase = .draining
                waiting = []
            }
        }
        parts.isLast = writeHead(head, for: arrival, context)
        context.flush()
        guard !isHead else {
            // No end is written: of an answer in chunks that would be a chunk.
            answered(isLast: parts.isLast)
            return false
        }
        if parts.isEndless, !mayBeEndless { parts.stop.finish() }
        self.parts = parts
        goOnReading()
        return true
    }

    /// Writes a part; resumed when the client has room for another one.
    func write(_ part: ByteBuffer, _ writer: CheckedContinuation<Void, any Error>) {
        guard let context, parts != nil, current != nil else {
            return writer.resume(throwing: RequestAborted())
        }
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(part))), promise: nil)
        // Writing may have ended the connection, and may have filled it.
        guard parts != nil else { return writer.resume(throwing: RequestAborted()) }
        guard !context.channel.isWritable else { return writer.resume() }
        parts?.writer = writer
        deadline?.set(seconds: limits.sendSeconds, .part)
    }

    func goOnWriting() {
        guard let writer = parts?.writer else { return }
        parts?.writer = nil
        deadline?.clear()
        writer.resume()
    }

    /// Ends the answer after its last part; one that broke off is cut, so that nobody takes it for
    /// whole.
    func finishParts(isWhole: Bool) {
        guard let parts, let arrival = current, let context else { return }
        endParts()
        guard isWhole else { return cut() }
        finish(isLast: parts.isLast || isLast(arrival), context)
    }

    /// Closes with a reset, which tells every client that its answer is not whole: for one of
    /// HTTP/1.0 an orderly end of the connection would be the end of the answer.
    func cut() {
        let noWait = linger(l_onoff: 1, l_linger: 0)
        _ = (context?.channel as? any SocketOptionProvider)?.setSoLinger(noWait)
        close()
    }

    /// Ends an answer that would go on for ever; who writes it does not wait for room any more.
    func endEndlessParts() {
        guard let parts, parts.isEndless else { return }
        self.parts?.writer = nil
        deadline?.clear()
        parts.stop.finish()
        parts.writer?.resume(throwing: CancellationError())
    }

    /// No part is wanted any more.
    func endParts() {
        guard let parts else { return }
        self.parts = nil
        if parts.writer != nil { deadline?.clear() }
        parts.stop.finish()
        parts.writer?.resume(throwing: RequestAborted())
    }
}
