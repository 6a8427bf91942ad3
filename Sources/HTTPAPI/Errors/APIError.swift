// SPDX-License-Identifier: Apache-2.0

import ExactValues
package import OutcomeDomain

/// An error as a client reads it (SPEC 3): nothing in it comes from inside the service.
package struct APIError: Error, Sendable {
    package let code: ErrorCode
    package let message: String
    package let details: [FieldError]
    /// What may be tried instead; only with METHOD_NOT_ALLOWED.
    let allow: String?
    /// Where a write of this call is that is durable; only when waiting for it has failed.
    let position: String?

    package init(
        _ code: ErrorCode,
        _ message: String,
        details: [FieldError] = [],
        allow: String? = nil,
        position: String? = nil
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.allow = allow
        self.position = position
    }

    /// One or more wrong fields.
    package static func invalid(_ details: [FieldError]) -> APIError {
        APIError(.validationError, "The request is not valid: see details.", details: details)
    }

    /// One wrong field.
    package static func invalid(_ field: String, _ message: String) -> APIError {
        .invalid([FieldError(field: field, message: message)])
    }

    package static let notFound = APIError(.notFound, "There is nothing here under that name.")
    static let tokenInvalid = APIError(
        .tokenInvalid,
        "The API token is missing, unknown or revoked."
    )
    static let internalError = APIError(
        .internalError,
        "Something went wrong on our side. Trying again is safe."
    )

    /// Writes `{"type","code","message","status","details","request_id","doc_url"}`.
    func write(to writer: inout JSONWriter, requestID: String) {
        writer.beginObject()
        writer.member("type", code.type)
        writer.member("code", code.rawValue)
        writer.member("message", message)
        writer.member("status", code.status)
        writer.name("details")
        writer.beginArray()
        for detail in details {
            writer.fieldError(detail)
        }
        writer.endArray()
        writer.member("request_id", requestID)
        writer.member("doc_url", code.documentation)
        if let position {
            writer.member("position", position)
        }
        writer.endObject()
    }

    /// The whole envelope: `{"error":{..}}`.
    func envelope(requestID: String) -> [UInt8] {
        var writer = JSONWriter(reserving: 320)
        writer.beginObject()
        writer.name("error")
        write(to: &writer, requestID: requestID)
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    /// Writes `{"field","message"}`.
    mutating func fieldError(_ error: FieldError) {
        beginObject()
        member("field", error.field)
        member("message", error.message)
        endObject()
    }
}
