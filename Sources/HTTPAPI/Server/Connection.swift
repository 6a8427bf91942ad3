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
/// everything else, and then the connection is closed.
final class Connection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPServerResponsePart

    /// How long a connection stays half open after its last answer, so that the client can read it
    /// before a reset throws it away.
    private static let lingerSeconds = 1
    /// So much of a body is received before anybody asks for it.
    private static let readAheadBytes = 65_536

    private let limits: APILimits
    private let lines = RequestLineWatch()
    private var context: ChannelHandlerContext?
    /// The request that is being answered, or whose body still has to be passed over.
    private var current: Arrival?
    /// What came after it, oldest first.
    private var waiting: Deque<Arrival> = []
    private var receiver: CheckedContinuation<Incoming?, Never>?
    private var collector: (limit: Int, waiting: CheckedContinuation<ByteBuffer, any Error>)?
    private var input = Input.open
    private var isQuiescing = false
    /// Whether the last answer is given: nothing more goes in or out.
    private var isOver = false
    private var isReadHeld = false
    private var due: (at: NIODeadline, reason: Due)?
    private var timer: (at: NIODeadline, task: Scheduled<Void>)?

    private enum Input {
        /// Requests come. Can transition to: ended.
        case open
        /// Nothing more can be understood, or nothing more comes.
        case ended
    }

    /// What has to come in time.
    private enum Due {
        case firstHead, nextHead, body, clientsEnd
    }

    init(limits: APILimits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        do {
            try context.pipeline.syncOperations.addHandler(lines, position: .first)
        } catch {
            // Then an unknown method is answered as what is no HTTP at all.
        }
        if context.channel.isActive { awaitFirstHead() }
    }

    func channelActive(context: ChannelHandlerContext) {
        awaitFirstHead()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        abandon()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        abandon()
        self.context = nil
    }

    private func awaitFirstHead() {
        wait(seconds: limits.headSeconds, for: .firstHead)
    }
}

// MARK: In

extension Connection {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver, case .open = input else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            waiting.append(Arrival(.success(head)))
        case .body(let bytes):
            withNewest { $0.append(bytes) }
            collected()
            guard let current, current.isAnswered else { return }
            // Only its length matters still: what a client may send in vain has a bound as well.
            if current.receivedBytes > 2 * limits.batchBytes { close() }
        case .end:
            withNewest { $0.state = .complete }
            if waiting.isEmpty { due = nil }
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
        guard !isOver else { return true }
        guard waiting.isEmpty else { return false }
        guard let current, current.isArriving, !current.isAnswered, collector == nil else {
            return true
        }
        return current.body.readableBytes < Self.readAheadBytes
    }

    private func goOnReading() {
        guard isReadHeld, mayRead else { return }
        isReadHeld = false
        context?.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            if isOver { return close() }
            end(with: RequestAborted())
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            if current == nil, waiting.isEmpty { close() }
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.invalidEOFState:
            end(with: RequestAborted())
        case let error as HTTPParserError:
            end(with: refusal(of: error))
        default:
            close()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        handOver()
        context.fireChannelWritabilityChanged()
    }

    /// The newest request, whose parts are coming in.
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

    /// Takes nothing more: what is arriving fails with `reason`, and what has arrived is answered.
    private func end(with reason: any Error) {
        guard !isOver, case .open = input else { return }
        input = .ended
        let isArriving = waiting.last?.isArriving ?? current?.isArriving ?? false
        if isArriving {
            withNewest { $0.state = .failed(reason) }
            collected()
            passedOver()
        } else if let refusal = reason as? APIError {
            waiting.append(Arrival(.failure(refusal)))
        } else if current == nil, waiting.isEmpty {
            return close()
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
        if let current, current.isToldToGoOn == false {
            self.current?.isToldToGoOn = true
            let goOn = HTTPResponseHead(version: .http1_1, status: .continue)
            context?.writeAndFlush(wrapOutboundOut(.head(goOn)), promise: nil)
        }
        goOnReading()
    }

    private func handOver() {
        guard let receiver else { return }
        if isOver {
            self.receiver = nil
            return receiver.resume(returning: nil)
        }
        // A client that does not read its answers gets no more of them.
        guard let context, current == nil, context.channel.isWritable,
            let next = waiting.popFirst()
        else { return }
        self.receiver = nil
        current = next
        due = nil
        if next.isArriving { wait(seconds: limits.sendSeconds, for: .body) }
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
    private func collected() {
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
        collector.waiting.resume(with: result)
    }

    /// Answers the current request.
    func answer(_ answer: OutgoingAnswer) {
        guard let arrival = current, let context, !isOver else { return }
        let isLast =
            !arrival.keepsAlive || waiting.isEmpty && (isQuiescing || input == .ended)
            || arrival.isArriving && arrival.isToldToGoOn == false
        var head = answer.head
        if isLast {
            head.headers.add(name: "Connection", value: "close")
        } else if arrival.isOldVersion {
            head.headers.add(name: "Connection", value: "keep-alive")
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !arrival.isHead {
            context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        guard !isLast else { return finish() }
        current?.isAnswered = true
        passedOver()
        goOnReading()
    }

    /// Goes on to the next request once the current one is answered and all of it has come.
    private func passedOver() {
        guard let current, current.isAnswered else { return }
        switch current.state {
        case .arriving:
            self.current?.body.clear()
        case .failed:
            close()
        case .complete:
            self.current = nil
            wait(seconds: limits.idleSeconds, for: .nextHead)
        }
    }
}

// MARK: Ending

extension Connection {
    /// Lets the client read the last answer, then closes.
    private func finish() {
        isOver = true
        current = nil
        waiting = []
        context?.close(mode: .output, promise: nil)
        wait(seconds: Self.lingerSeconds, for: .clientsEnd)
        goOnReading()
        handOver()
    }

    func close() { context?.close(promise: nil) }

    private func abandon() {
        isOver = true
        due = nil
        timer?.task.cancel()
        timer = nil
        current = nil
        waiting = []
        collected()
        handOver()
    }

    private func wait(seconds: Int, for reason: Due) {
        let at = NIODeadline.now() + .seconds(Int64(seconds))
        due = (at, reason)
        // A timer that is set for earlier finds out by itself what it has to wait for.
        if let timer, timer.at <= at { return }
        schedule(at)
    }

    private func schedule(_ at: NIODeadline) {
        guard let context else { return }
        timer?.task.cancel()
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: at) {
            self.timerFired()
        }
        timer = (at, task)
    }

    private func timerFired() {
        timer = nil
        guard let due else { return }
        guard due.at <= .now() else { return schedule(due.at) }
        self.due = nil
        guard due.reason == .body, let current, !current.isAnswered else { return close() }
        end(with: APIError(.requestTimeout, "The body took too long to arrive."))
    }
}
