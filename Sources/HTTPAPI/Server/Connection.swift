// SPDX-License-Identifier: Apache-2.0

import DequeModule
import NIOCore
import NIOHTTP1

/// One client's connection: hands its requests over one by one and takes their answers.
///
/// A request is handed over when it is complete, or with what has come of it at the end of a read,
/// so that most need no wait for their body while none has to be received whole before it can be
/// refused (ADR 0019). All of it runs on the connection's event loop.
///
/// What is no HTTP, too large or too slow becomes a refusal: it is answered in its turn like
/// everything else, and then the connection ends.
final class Connection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPServerResponsePart

    enum Phase {
        /// Requests are taken. Can transition to: draining, ending, closed.
        case serving
        /// No further request is taken; what has begun to arrive is answered, and the last answer
        /// says so. Can transition to: ending, closed.
        case draining
        /// The last answer is on its way, then the client is given a moment to read it. Can
        /// transition to: closed.
        case ending
        case closed
    }

    /// What has to come in time.
    enum Due {
        case firstHead, nextHead, body, part, ending, lingering
    }

    /// So much of a body is received before anybody asks for it.
    private static let readAheadBytes = 65_536

    let limits: APILimits
    let lines = RequestLineWatch()
    var context: ChannelHandlerContext?
    var phase = Phase.serving
    /// The request that is being answered, or whose body still has to be passed over.
    var current: Arrival?
    /// What came after it, oldest first.
    var waiting: Deque<Arrival> = []
    private var receiver: CheckedContinuation<Incoming?, Never>?
    var collector: (limit: Int, waiting: CheckedContinuation<ByteBuffer, any Error>)?
    /// The answer that goes out in parts at the moment.
    var parts: AnswerParts?
    var isReadHeld = false
    /// Whether an answer may have no end: not when the server shuts down, nor when the client has
    /// said that it says no more, and so has most likely gone.
    private(set) var mayBeEndless = true
    /// Whether the client has said that it says no more.
    private(set) var hasSaidAll = false
    /// Finished when the client has most likely gone while the current request is worked on.
    var departure: AsyncStream<Never>.Continuation?
    /// After a request to speak another protocol the decoder takes nothing more, and keeps it.
    private var isDeaf = false
    var deadline: MovingDeadline<Due>?

    init(limits: APILimits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        deadline = MovingDeadline(on: context.eventLoop) { self.passed($0) }
        do {
            try context.pipeline.syncOperations.addHandler(lines, position: .first)
        } catch {
            // Then an unknown method is answered as what is no HTTP at all.
        }
        if context.channel.isActive { deadline?.set(seconds: limits.headSeconds, .firstHead) }
    }

    func channelActive(context: ChannelHandlerContext) {
        deadline?.set(seconds: limits.headSeconds, .firstHead)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        abandon()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        abandon()
        self.context = nil
        deadline = nil
    }
}

// MARK: In

extension Connection {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lines.hasDecoded()
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard case .serving = phase else { return }
            guard waiting.count < limits.waitingRequests else {
                phase = .draining
                return
            }
            waiting.append(Arrival(.success(head)))
        case .body(let bytes):
            guard newest?.isArriving == true else { return }
            withNewest { $0.append(bytes) }
            collected()
            // Only its length matters still: what a client may send in vain has a bound as well.
            if let current, current.isAnswered, current.receivedBytes > limits.unwantedBytes {
                close()
            }
        case .end:
            guard let newest, newest.isArriving else { return }
            withNewest { $0.state = .complete }
            if newest.isLastOfHTTP {
                isDeaf = true
                phase = .draining
            }
            // A part that nobody takes keeps its deadline.
            if waiting.isEmpty, parts?.writer == nil { deadline?.clear() }
            collected()
            passedOver()
            handOver()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        handOver()
        context.fireChannelReadComplete()
    }

    /// Holds reading back while there is enough to do.
    func read(context: ChannelHandlerContext) {
        isReadHeld = !mayRead
        if !isReadHeld { context.read() }
    }

    private var mayRead: Bool {
        guard !isDeaf else { return false }
        switch phase {
        case .ending, .closed: return true
        // That a client has gone shows only to who reads.
        case .draining where newest?.isArriving != true:
            return parts?.isEndless == true || departure != nil
        case .serving, .draining: break
        }
        guard waiting.isEmpty else { return false }
        guard let current, current.isArriving, !current.isAnswered, collector == nil else {
            return true
        }
        return current.body.readableBytes < Self.readAheadBytes
    }

    func goOnReading() {
        guard isReadHeld, mayRead else { return }
        isReadHeld = false
        context?.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            // Who listens to what has no end, or waits long, has gone; others may have said all they
            // have to say.
            mayBeEndless = false
            hasSaidAll = true
            departure?.finish()
            endEndlessParts()
            drain(with: RequestAborted())
        case is ChannelShouldQuiesceEvent: shutDown()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.invalidEOFState: drain(with: RequestAborted())
        case let error as HTTPParserError: drain(with: refusal(of: error))
        // What comes after it.
        case is ByteToMessageDecoderError: break
        default: close()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { goOnWriting() }
        handOver()
        context.fireChannelWritabilityChanged()
    }

    /// The newest request, whose parts are coming in.
    private var newest: Arrival? { waiting.last ?? current }

    private func withNewest(_ change: (inout Arrival) -> Void) {
        if !waiting.isEmpty {
            change(&waiting[waiting.endIndex - 1])
        } else if var newest = current {
            // Not held twice, so that its body is not copied.
            current = nil
            change(&newest)
            current = newest
        }
    }

    /// Takes no further request and ends what would go on for ever.
    func shutDown() {
        mayBeEndless = false
        endEndlessParts()
        drain()
    }

    /// Takes no further request: what has begun to arrive is answered, then the connection ends.
    private func drain() {
        guard case .serving = phase else { return }
        phase = .draining
        if current == nil, waiting.isEmpty { end() }
    }

    /// The same when nothing more can be read.
    ///
    /// What is arriving fails with `reason`, and a refusal is answered in its turn.
    private func drain(with reason: any Error) {
        let wasServing = if case .serving = phase { true } else { false }
        if let newest, newest.isArriving {
            phase = .draining
            withNewest { $0.state = .failed(reason) }
            collected()
            passedOver()
        } else if wasServing, let refusal = reason as? APIError {
            phase = .draining
            waiting.append(Arrival(.failure(refusal)))
        } else {
            drain()
        }
        handOver()
    }

    private func refusal(of error: HTTPParserError) -> APIError {
        if error == .headerOverflow {
            return APIError(.headersTooLarge, "The request line or the headers are too large.")
        }
        if error == .invalidMethod, let unknownMethod = lines.unknownMethod {
            return unknownMethod
        }
        return APIError(.validationError, "This is not well-formed HTTP.")
    }
}

// MARK: Over to whoever answers

extension Connection {
    /// Gives the next request, now or when it comes; nil when there will be none.
    func receive(_ receiver: CheckedContinuation<Incoming?, Never>) {
        self.receiver = receiver
        handOver()
    }

    /// Gives the body of the current request when it is there.
    ///
    /// Fails with PAYLOAD_TOO_LARGE beyond `limit`, REQUEST_TIMEOUT, or `RequestAborted` when the
    /// client went away.
    func collect(upTo limit: Int, _ waiting: CheckedContinuation<ByteBuffer, any Error>) {
        collector = (limit, waiting)
        collected()
        guard collector != nil else { return }
        deadline?.set(seconds: limits.sendSeconds, .body)
        if let current, current.isToldToGoOn == false {
            self.current?.isToldToGoOn = true
            let goOn = HTTPResponseHead(version: .http1_1, status: .continue)
            context?.writeAndFlush(wrapOutboundOut(.head(goOn)), promise: nil)
        }
        goOnReading()
    }

    func handOver() {
        guard let receiver else { return }
        switch phase {
        case .serving, .draining:
            break
        case .ending, .closed:
            self.receiver = nil
            return receiver.resume(returning: nil)
        }
        // A client that does not read its answers gets no more of them.
        guard let context, current == nil, context.channel.isWritable,
            let next = waiting.popFirst()
        else { return }
        self.receiver = nil
        current = next
        deadline?.clear()
        switch next.content {
        case .success(let head):
            receiver.resume(
                returning: .request(
                    IncomingRequest(
                        head: head,
                        whole: next.whole,
                        link: ConnectionLink(self, context.channel)
                    )
                )
            )
        case .failure(let error):
            receiver.resume(returning: .refused(error))
        }
        goOnReading()
    }

    /// Answers who waits for the body, if that can be done now.
    func collected() {
        guard let collector else { return }
        let result: Result<ByteBuffer, any Error>
        if let current {
            switch current.state {
            case .failed(let reason):
                result = .failure(reason)
            case .arriving, .complete:
                if current.body.readableBytes > collector.limit {
                    result = .failure(APIError.bodyTooLarge(limit: collector.limit))
                } else {
                    guard let whole = current.whole else { return }
                    result = .success(whole)
                }
            }
        } else {
            result = .failure(RequestAborted())
        }
        self.collector = nil
        deadline?.clear()
        collector.waiting.resume(with: result)
    }

    /// Goes on to the next request once the current one is answered and all of it has come.
    func passedOver() {
        guard let current, current.isAnswered else { return }
        switch current.state {
        case .arriving:
            self.current?.body.clear()
            if deadline?.isSet == false { deadline?.set(seconds: limits.sendSeconds, .body) }
        case .failed:
            end()
        case .complete:
            self.current = nil
            if case .draining = phase, waiting.isEmpty { return end() }
            deadline?.set(seconds: limits.idleSeconds, .nextHead)
        }
    }
}

// MARK: Ending

extension Connection {
    func close() { context?.close(promise: nil) }

    private func abandon() {
        phase = .closed
        deadline?.cancel()
        departure?.finish()
        endParts()
        current = nil
        waiting = []
        collected()
        handOver()
    }

    private func passed(_ due: Due) {
        switch due {
        case .firstHead, .lingering:
            close()
        case .part, .ending:
            cut()
        case .nextHead:
            // An answer may still be on its way to a slow reader.
            end()
        case .body:
            drain(with: APIError(.requestTimeout, "The body took too long to arrive."))
        }
    }
}
