// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Watches one connection for what never reaches a route.
///
/// That is heads that are no HTTP or too large, methods that HTTP does not know, bodies without end,
/// senders that are too slow. What can still be answered gets the error envelope, and the connection
/// is closed.
final class RequestGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long a connection stays half open after an answer of the guard, so that the client can
    /// read it before a reset throws it away.
    private static let lingerSeconds: Int64 = 1

    private let limits: APILimits
    private let requestIDs: RequestIDs
    private let lines = RequestLineWatch()
    /// Whether a request's head has come and its end has not.
    private var isReceiving = false
    /// The body bytes of that request so far.
    private var receivedBytes = 0
    /// Requests whose answer is not complete.
    private var unanswered = 0
    /// Whether the answer to the oldest of them has begun.
    private var hasBegunAnswer = false
    /// Whether the connection is given up: nothing more goes in or out.
    private var isGivenUp = false
    private var deadline: Scheduled<Void>?

    init(limits: APILimits, requestIDs: RequestIDs) {
        self.limits = limits
        self.requestIDs = requestIDs
    }

    func handlerAdded(context: ChannelHandlerContext) {
        do {
            try context.pipeline.syncOperations.addHandler(lines, position: .first)
        } catch {
            // Then an unknown method is answered as what is no HTTP at all.
        }
        if context.channel.isActive { awaitFirstHead(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        awaitFirstHead(context)
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stopWaiting()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stopWaiting()
        context.fireChannelInactive()
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isGivenUp else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            stopWaiting()
            isReceiving = true
            receivedBytes = 0
            unanswered += 1
            welcomeBody(of: head, context)
        case .body(let buffer):
            receivedBytes += buffer.readableBytes
            guard receivedBytes <= limits.batchBytes * 2 else {
                giveUp(context, APIError(.payloadTooLarge, "The body is too large."))
                return
            }
        case .end:
            stopWaiting()
            isReceiving = false
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // A request that came whole in one read never needs a timer.
        if isReceiving, deadline == nil, !isGivenUp {
            wait(context, seconds: limits.sendSeconds) { handler, context in
                handler.giveUp(
                    context,
                    APIError(.requestTimeout, "The body took too long to arrive.")
                )
            }
        }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let parserError = error as? HTTPParserError, context.channel.isActive, !isGivenUp {
            giveUp(context, answer(to: parserError))
        }
        context.fireErrorCaught(error)
    }

    private func answer(to error: HTTPParserError) -> APIError {
        if error == .headerOverflow {
            return APIError(.headersTooLarge, "The request line or the headers are too large.")
        }
        if error == .invalidMethod, let unknownMethod = lines.unknownMethod {
            return unknownMethod
        }
        return APIError(.validationError, "This is not well-formed HTTP.")
    }

    // MARK: Out

    func write(
        context: ChannelHandlerContext,
        data: NIOAny,
        promise: EventLoopPromise<Void>?
    ) {
        guard !isGivenUp else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head):
            hasBegunAnswer = head.status.kind != .informational
        case .body:
            break
        case .end:
            hasBegunAnswer = false
            unanswered -= 1
        }
        context.write(data, promise: promise)
    }

    /// Tells a client that asks first (RFC 9110, 10.1.1) to go on, unless its body is too large.
    private func welcomeBody(of head: HTTPRequest, _ context: ChannelHandlerContext) {
        guard let expectation = head.headerFields[.expect],
            expectation.lowercased() == "100-continue",
            unanswered == 1
        else { return }
        let length = head.headerFields[.contentLength].flatMap(Int.init) ?? 0
        guard length <= limits.batchBytes else { return }
        let answer = HTTPResponsePart.head(HTTPResponse(status: .continue))
        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
    }

    // MARK: Giving up

    private func giveUp(_ context: ChannelHandlerContext, _ error: APIError) {
        stopWaiting()
        let canAnswer = !hasBegunAnswer && unanswered == (isReceiving ? 1 : 0)
        isGivenUp = true
        guard canAnswer else {
            context.close(promise: nil)
            return
        }
        let requestID = requestIDs.next()
        let answer = APIAnswer(error, requestID: requestID)
        let body = ByteBuffer(bytes: answer.body)
        var head = HTTPResponse(status: .init(code: answer.status))
        head.headerFields[.contentType] = answer.contentType
        head.headerFields[.contentLength] = String(body.readableBytes)
        head.headerFields[.connection] = "close"
        head.headerFields[.requestID] = requestID
        for field in answer.fields {
            head.headerFields.append(field)
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(mode: .output, promise: nil)
        wait(context, seconds: Int(Self.lingerSeconds)) { _, context in
            context.close(promise: nil)
        }
    }

    // MARK: Time

    private func awaitFirstHead(_ context: ChannelHandlerContext) {
        guard deadline == nil else { return }
        wait(context, seconds: limits.headSeconds) { _, context in
            context.close(promise: nil)
        }
    }

    private func wait(
        _ context: ChannelHandlerContext,
        seconds: Int,
        then act: @escaping (RequestGuard, ChannelHandlerContext) -> Void
    ) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(Int64(seconds))) {
            self.deadline = nil
            act(self, context)
        }
    }

    private func stopWaiting() {
        deadline?.cancel()
        deadline = nil
    }
}
