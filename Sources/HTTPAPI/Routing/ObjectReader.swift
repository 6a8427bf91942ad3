// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// Reads the fields of a request's body and collects every wrong one before it throws.
struct ObjectReader {
    private let object: JSONObject
    private let prefix: String
    private(set) var errors: [FieldError] = []

    /// Notes every field that is not known; `prefix` is what names start with in details.
    init(_ object: JSONObject, known: [Text], prefix: String = "") {
        self.object = object
        self.prefix = prefix
        for member in object.members where !known.contains(member.name) {
            fail(member.name.string, "is not a known field")
        }
    }

    mutating func fail(_ field: String, _ message: String) {
        errors.append(FieldError(field: prefix + field, message: message))
    }

    /// Takes over what another reader found.
    mutating func add(_ errors: [FieldError]) {
        self.errors.append(contentsOf: errors)
    }

    /// A field; null is the same as absent (SPEC 2, Values).
    func value(_ name: Text) -> JSONValue? {
        guard let value = object[name], value != .null else { return nil }
        return value
    }

    /// A string; nil when absent, or wrong.
    mutating func text(_ name: Text) -> Text? {
        switch value(name) {
        case nil: return nil
        case .string(let text)?: return text
        default:
            fail(name.string, "must be a string")
            return nil
        }
    }

    /// A string of a form; nil when absent, or wrong.
    mutating func text<Value>(
        _ name: Text,
        _ requirement: String,
        _ make: (Text) -> Value?
    ) -> Value? {
        guard let text = text(name) else { return nil }
        guard let value = make(text) else {
            fail(name.string, requirement)
            return nil
        }
        return value
    }

    /// An instant of RFC 3339.
    mutating func instant(_ name: Text) -> Timestamp? {
        text(name, "must be an RFC 3339 date and time with an offset, 1970 to 9999") {
            Timestamp($0)
        }
    }

    /// A whole number within bounds; nil when absent, or wrong.
    mutating func integer(_ name: Text, in range: ClosedRange<Int>) -> Int? {
        guard let value = value(name) else { return nil }
        guard case .number(let number) = value, let integer = number.intValue,
            range.contains(integer)
        else {
            fail(name.string, "must be an integer from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return integer
    }

    /// An object's fields, whose names in details go on from this one's; nil when absent, or wrong.
    mutating func object(_ name: Text, known: [Text]) -> ObjectReader? {
        switch value(name) {
        case nil: return nil
        case .object(let object)?:
            return ObjectReader(object, known: known, prefix: prefix + name.string + ".")
        default:
            fail(name.string, "must be an object")
            return nil
        }
    }

    /// The contract of a body.
    mutating func contract() -> Contract? {
        guard let json = value("contract") else {
            fail("contract", "is required")
            return nil
        }
        do {
            return try Contract(json: json, field: prefix + "contract")
        } catch {
            add(error.details)
            return nil
        }
    }

    /// True or false; false when absent.
    mutating func flag(_ name: Text) -> Bool {
        switch value(name) {
        case nil: return false
        case .bool(let bool)?: return bool
        default:
            fail(name.string, "must be true or false")
            return false
        }
    }

    /// The items of an array; none when absent, or wrong.
    mutating func array(_ name: Text, isRequired: Bool) -> [JSONValue] {
        switch value(name) {
        case nil:
            if isRequired { fail(name.string, "is required") }
            return []
        case .array(let items)?:
            if items.isEmpty { fail(name.string, "must not be empty") }
            return items
        default:
            fail(name.string, "must be an array")
            return []
        }
    }

    /// - Throws: Every wrong field, when any was.
    func finish() throws(ValidationFailure) {
        guard errors.isEmpty else { throw ValidationFailure(errors) }
    }
}
