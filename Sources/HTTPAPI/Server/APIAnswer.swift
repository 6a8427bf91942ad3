// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// What a handler answers: a status, a body of JSON or text, and perhaps some header fields.
struct APIAnswer: Sendable {
    var status: Int
    var body: [UInt8]
    var contentType: String
    var fields: [HTTPField]

    init(
        status: Int = 200,
        body: [UInt8],
        contentType: String = "application/json",
        fields: [HTTPField] = []
    ) {
        self.status = status
        self.body = body
        self.contentType = contentType
        self.fields = fields
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
            fields.append(HTTPField(name: .retryAfter, value: String(seconds)))
        }
        if let allow = error.allow {
            fields.append(HTTPField(name: .allow, value: allow))
        }
        if error.code == .tokenInvalid {
            fields.append(HTTPField(name: .wwwAuthenticate, value: "Bearer realm=\"assay\""))
        }
    }

    /// The response on the wire.
    func response(requestID: String, date: String?, withoutBody: Bool) -> Response {
        var headers = HTTPFields()
        headers.reserveCapacity(fields.count + 5)
        headers.append(HTTPField(name: .contentType, value: contentType))
        headers.append(HTTPField(name: .contentLength, value: String(body.count)))
        headers.append(HTTPField(name: .requestID, value: requestID))
        if let date {
            headers.append(HTTPField(name: .date, value: date))
        }
        for field in fields {
            headers.append(field)
        }
        return Response(
            status: HTTPResponse.Status(code: status),
            headers: headers,
            body: withoutBody ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        )
    }
}
