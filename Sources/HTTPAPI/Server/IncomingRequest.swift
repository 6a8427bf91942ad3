// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// What a connection hands over to be answered.
enum Incoming: Sendable {
    case request(IncomingRequest)
    /// What came is no request; this is the answer to it.
    case refused(APIError)
}

/// A request's head, with a way to its body.
struct IncomingRequest: Sendable {
    let head: HTTPRequestHead
    /// The body, when all of it was there already.
    let whole: ByteBuffer?
    let link: ConnectionLink

    /// The body, waited for.
    ///
    /// - Throws: PAYLOAD_TOO_LARGE or REQUEST_TIMEOUT; `RequestAborted` when the client went away in
    ///   the middle of it.
    func body(limit: Int) async throws -> ByteBuffer {
        guard let whole else { return try await link.body(limit: limit) }
        guard whole.readableBytes <= limit else { throw APIError.bodyTooLarge(limit: limit) }
        return whole
    }
}

/// An answer as it goes out.
struct OutgoingAnswer: Sendable {
    let head: HTTPResponseHead
    let body: ByteBuffer
    /// What comes in place of `body` when it goes out in parts.
    var parts: PartedBody?
}

/// The client went away before its request was answered: there is nobody to answer.
package struct RequestAborted: Error {}

extension APIError {
    static func bodyTooLarge(limit: Int) -> APIError {
        APIError(.payloadTooLarge, "The body is larger than \(limit) bytes.")
    }
}
