// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// A CloudEvent 1.0 whose data is an event of SPEC 3.
///
/// What is wrong with its attributes is kept, so that a client learns of it together with what is
/// wrong with the data.
struct CloudEvent: Sendable {
    /// The body of SPEC 3; nil when there is none.
    let data: JSONValue?
    /// When it happened, if it says so.
    let time: Timestamp?
    /// `ce:` and the hex SHA-256 of source, a zero byte, id (SPEC 3); nil when one is missing.
    let idempotencyKey: Text?
    /// What the fields of the data are called in details.
    let prefix: String
    /// Every attribute that is missing or wrong.
    let problems: [FieldError]

    /// Reads one in structured mode.
    ///
    /// - Throws: When it is no object.
    init(structured json: JSONValue) throws(ValidationFailure) {
        guard case .object(let object) = json else {
            throw ValidationFailure(field: "body", message: "must be a JSON object")
        }
        var attributes = Attributes()
        for name in Attributes.names {
            switch object[Text(name)] {
            case nil, .null?: break
            case .string(let text)?: attributes.values[name] = text
            default: attributes.fail(name, "must be a string")
            }
        }
        if let other = object["data_base64"], other != .null {
            attributes.fail("data_base64", "is not taken: put JSON in data")
        }
        let data = object["data"] ?? .null
        if data == .null { attributes.fail("data", "is required") }
        self = attributes.event(data: data == .null ? nil : data, prefix: "data.")
    }

    /// Reads one in binary mode: attributes in `ce-` headers, the data in the body.
    init(headers: [(name: String, value: String)], data: JSONValue) {
        var attributes = Attributes()
        for (name, value) in headers where Attributes.names.contains(name) {
            // Values outside of ASCII come percent-encoded (CloudEvents HTTP binding, 3.1.3.2).
            guard let text = PercentCoding.decode(value.utf8), !text.utf8.contains(0) else {
                attributes.fail(name, "is not well encoded")
                continue
            }
            attributes.values[name] = text
        }
        self = attributes.event(data: data, prefix: "")
    }

    private init(
        data: JSONValue?,
        time: Timestamp?,
        idempotencyKey: Text?,
        prefix: String,
        problems: [FieldError]
    ) {
        self.data = data
        self.time = time
        self.idempotencyKey = idempotencyKey
        self.prefix = prefix
        self.problems = problems
    }

    /// The context attributes of interest, and what is wrong with them.
    private struct Attributes {
        static let names = ["specversion", "id", "source", "type", "time", "datacontenttype"]

        var values: [String: Text] = [:]
        private var errors: [FieldError] = []

        mutating func fail(_ name: String, _ message: String) {
            errors.append(FieldError(field: name, message: message))
        }

        private mutating func required(_ name: String) -> Text? {
            let isNamed = errors.contains { $0.field == name }
            guard let value = values[name], !value.isEmpty else {
                if !isNamed { fail(name, "is required") }
                return nil
            }
            return value
        }

        mutating func event(data: JSONValue?, prefix: String) -> CloudEvent {
            if let version = required("specversion"), version != "1.0" {
                fail("specversion", "must be 1.0")
            }
            let source = required("source")
            let id = required("id")
            _ = required("type")
            let time = values["time"].flatMap(Timestamp.init)
            if values["time"] != nil, time == nil {
                fail("time", "must be an RFC 3339 date and time with an offset, 1970 to 9999")
            }
            if let type = values["datacontenttype"], !Self.isJSON(type) {
                fail("datacontenttype", "must be application/json")
            }
            return CloudEvent(
                data: data,
                time: time,
                idempotencyKey: Self.idempotencyKey(source: source, id: id),
                prefix: prefix,
                problems: errors
            )
        }

        private static func isJSON(_ type: Text) -> Bool {
            let media = type.string.prefix { $0 != ";" && $0 != " " }.lowercased()
            return media == "application/json" || media.hasSuffix("+json")
        }

        private static func idempotencyKey(source: Text?, id: Text?) -> Text? {
            guard let source, let id else { return nil }
            let bytes = Array(source.utf8) + [0] + Array(id.utf8)
            return Text("ce:" + Digest.sha256(bytes).hex)
        }
    }
}
