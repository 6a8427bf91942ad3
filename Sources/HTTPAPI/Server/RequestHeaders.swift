// SPDX-License-Identifier: Apache-2.0

import ExactValues
import NIOHTTP1

/// The header fields the API reads, found in one pass.
struct RequestHeaders: Sendable {
    private(set) var authorization: String?
    private(set) var contentType: String?
    /// What makes a retry of a call safe that takes it here and not in its body.
    private(set) var idempotencyKey: String?
    private(set) var contentEncoding: String?
    private(set) var contentLength: Int?
    /// The client's own name for the request, when it is sane.
    private(set) var requestID: String?
    /// The W3C trace context, when it is well-formed.
    private(set) var traceParent: String?
    /// What other tracers add to it, as it came; several fields are one list.
    private(set) var traceState: String?
    /// Where a client of a live stream has got to.
    private(set) var lastEventID: String?
    /// The attributes of a CloudEvent in binary mode, without `ce-`.
    private(set) var cloudEvent: [(name: String, value: String)] = []

    init(_ headers: HTTPHeaders) {
        for (name, value) in headers {
            let isPadded = value.utf8.last == 0x20 || value.utf8.last == 0x09
            read(name, isPadded ? String(value[...].trimmingSpaces) : value)
        }
    }

    private mutating func read(_ name: String, _ value: String) {
        switch name.lowercased() {
        case "authorization":
            // Two of them are no credentials at all.
            authorization = authorization == nil ? value : ""
        case "content-type": contentType = value
        case "idempotency-key":
            // Two of them are none that is valid.
            idempotencyKey = idempotencyKey == nil ? value : ""
        case "content-encoding": contentEncoding = value
        case "content-length": contentLength = Int(value)
        case "x-request-id" where RequestIDs.isSane(value): requestID = value
        case "traceparent" where TraceParent.isValid(value): traceParent = value
        case "tracestate": traceState = traceState.map { $0 + "," + value } ?? value
        case "last-event-id": lastEventID = value
        case let name where name.utf8.starts(with: "ce-".utf8):
            cloudEvent.append((String(name.dropFirst(3)), value))
        default: break
        }
    }

    /// The token of `Authorization: Bearer`; nil when there is none.
    var bearerToken: String? {
        guard let authorization else { return nil }
        let bytes = authorization.utf8
        guard let space = bytes.firstIndex(of: 0x20),
            authorization[..<space].lowercased() == "bearer"
        else { return nil }
        let token = authorization[space...].drop { $0 == " " }
        guard (1...256).contains(token.utf8.count) else { return nil }
        return String(token)
    }

    /// The media type without parameters, in lower case; nil when none is given.
    ///
    /// A form's type counts as none: it is what `curl -d` sends unless told otherwise, and no call
    /// takes a form. A page of others cannot use it: a cookie alone changes nothing (ADR 0037).
    var mediaType: String? {
        guard let contentType else { return nil }
        if contentType == "application/json" { return contentType }
        let type = contentType.prefix { $0 != ";" }.trimmingSpaces.lowercased()
        return type == "application/x-www-form-urlencoded" ? nil : type
    }
}

extension RequestHeaders {
    /// Whether the content type is given, and is JSON.
    var isJSON: Bool { mediaType == "application/json" }
}

/// The form of W3C Trace Context's `traceparent`.
enum TraceParent {
    /// Both fields as a tracer reads them.
    static func carrier(_ parent: String, state: String?) -> [String: String] {
        var carrier = ["traceparent": parent]
        carrier["tracestate"] = state
        return carrier
    }

    /// Whether a value is `<version>-<32 hex>-<16 hex>-<2 hex>`, with ids that are not all zeros.
    static func isValid(_ value: String) -> Bool {
        var digits = 0
        var hasTrace = false
        var hasSpan = false
        guard value.utf8.count == 55, !value.hasPrefix("ff") else { return false }
        for (index, byte) in value.utf8.enumerated() {
            switch (index, byte) {
            case (2, 0x2D), (35, 0x2D), (52, 0x2D): break
            case (_, 0x30...0x39), (_, 0x61...0x66):
                digits += 1
                if byte != 0x30, (3..<35).contains(index) { hasTrace = true }
                if byte != 0x30, (36..<52).contains(index) { hasSpan = true }
            default: return false
            }
        }
        return digits == 52 && hasTrace && hasSpan
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var trimmed = drop { $0 == " " || $0 == "\t" }
        while let last = trimmed.last, last == " " || last == "\t" {
            trimmed.removeLast()
        }
        return trimmed
    }
}
