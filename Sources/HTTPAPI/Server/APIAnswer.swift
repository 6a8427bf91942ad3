// SPDX-License-Identifier: Apache-2.0

import ExactValues
import NIOCore
import NIOHTTP1

/// What a handler answers: a status, a body of JSON or text, and perhaps some header fields.
package struct APIAnswer: Sendable {
    package var status: Int
    package var body: [UInt8]
    package var contentType: String
    package var fields: [(name: String, value: String)]
    /// What comes in place of `body` when it goes out in parts.
    package var parts: PartedBody?

    package init(
        status: Int = 200,
        body: [UInt8],
        contentType: String = "application/json",
        fields: [(name: String, value: String)] = []
    ) {
        self.status = status
        self.body = body
        self.contentType = contentType
        self.fields = fields
    }

    /// An answer in parts.
    package init(
        contentType: String,
        fields: [(name: String, value: String)] = [],
        parts: PartedBody
    ) {
        self.init(body: [], contentType: contentType, fields: fields)
        self.parts = parts
    }

    /// An answer of one JSON object; `write` gives its members.
    static func object(
        status: Int = 200,
        reserving: Int = 512,
        _ write: (inout JSONWriter) throws -> Void
    ) rethrows -> APIAnswer {
        var writer = JSONWriter(reserving: reserving)
        writer.beginObject()
        try write(&writer)
        writer.endObject()
        return APIAnswer(status: status, body: writer.bytes)
    }

    /// The error envelope with what the status asks for beside it.
    init(_ error: APIError, requestID: String) {
        self.init(status: error.code.status, body: error.envelope(requestID: requestID))
        if let seconds = error.code.retryAfterSeconds {
            fields.append(("Retry-After", String(seconds)))
        }
        if let allow = error.allow {
            fields.append(("Allow", allow))
        }
        if error.code == .tokenInvalid {
            fields.append(("WWW-Authenticate", "Bearer realm=\"assay\""))
        }
    }

    /// The answer on the wire.
    func outgoing(requestID: String, date: String) -> OutgoingAnswer {
        var headers: [(String, String)] = [
            ("Content-Type", contentType), ("X-Request-Id", requestID), ("Date", date),
        ]
        if parts == nil { headers.append(("Content-Length", String(body.count))) }
        for field in fields {
            headers.append(field)
        }
        return OutgoingAnswer(
            head: HTTPResponseHead(
                version: .http1_1,
                status: HTTPResponseStatus(statusCode: status),
                headers: HTTPHeaders(headers)
            ),
            body: ByteBuffer(bytes: body),
            parts: parts
        )
    }
}
