// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// A request from its head to its answer, or what came in its place and is refused.
struct Arrival {
    enum State {
        /// The body is not complete. Can transition to: complete, failed.
        case arriving
        case complete
        /// The rest of the body does not come, or not in time.
        case failed(any Error)
    }

    let content: Result<HTTPRequestHead, APIError>
    var state: State
    /// The body as far as it is kept.
    var body = ByteBuffer()
    /// All bytes of the body, kept or not.
    private(set) var receivedBytes = 0
    /// Whether a client that asks first (RFC 9110, 10.1.1) was told to send its body; nil when it
    /// does not ask.
    var isToldToGoOn: Bool?
    var isAnswered = false

    init(_ content: Result<HTTPRequestHead, APIError>) {
        self.content = content
        switch content {
        case .success(let head):
            state = .arriving
            let expectations = head.headers[canonicalForm: "expect"]
            // An HTTP/1.0 client would take the 100 for its answer.
            if head.version != .http1_0,
                expectations.contains(where: { $0.lowercased() == "100-continue" })
            {
                isToldToGoOn = false
            }
        case .failure:
            state = .complete
        }
    }

    private var head: HTTPRequestHead? {
        switch content {
        case .success(let head): head
        case .failure: nil
        }
    }

    var isArriving: Bool {
        if case .arriving = state { true } else { false }
    }

    /// The body, once all of it has come.
    var whole: ByteBuffer? {
        if case .complete = state { body } else { nil }
    }

    /// Whether the client wants to send more on this connection, and it can be understood.
    var keepsAlive: Bool { head.map { $0.isKeepAlive && !isLastOfHTTP } ?? false }

    /// Whether what follows is to be another protocol, which we speak none of.
    var isLastOfHTTP: Bool {
        head.map { $0.method == .CONNECT || $0.headers.contains(name: "upgrade") } ?? false
    }

    /// Whether the client speaks HTTP/1.0, where keeping the connection has to be said.
    var isOldVersion: Bool { head?.version == .http1_0 }

    /// Whether the answer goes without its body.
    var isHead: Bool { head?.method == .HEAD }

    mutating func append(_ bytes: ByteBuffer) {
        receivedBytes += bytes.readableBytes
        guard !isAnswered else { return }
        if body.readableBytes == 0 {
            body = bytes
        } else {
            body.writeImmutableBuffer(bytes)
        }
    }
}
