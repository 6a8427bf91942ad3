// SPDX-License-Identifier: Apache-2.0

public import ExactValues
import OutcomeDomain

/// Takes the fields of a JSON object one by one and collects what is wrong with each, so that a
/// client learns of all wrong fields at once (SPEC 3).
struct BodyReader {
    private let object: JSONObject
    private let path: String
    private(set) var problems: [FieldError] = []

    /// Starts on an object whose fields are named in problems as `path` + name.
    ///
    /// - Throws: When the value is no object; `field` names it.
    init(
        _ json: JSONValue,
        field: String = "body",
        path: String = "",
        known: [Text]
    ) throws(ValidationFailure) {
        guard case .object(let object) = json else {
            throw ValidationFailure(field: field, message: "must be an object")
        }
        self.object = object
        self.path = path
        for member in object.members where !known.contains(member.name) {
            report("\(member.name)", "is not a known field")
        }
    }

    /// Notes that a field is wrong.
    mutating func report(_ field: String, _ message: String) {
        problems.append(FieldError(field: path + field, message: message))
    }

    /// Notes what a part has found wrong.
    mutating func report(_ failure: ValidationFailure) {
        problems.append(contentsOf: failure.details)
    }

    /// A field's value; null is the same as absent (SPEC 2, Values).
    func value(_ name: Text) -> JSONValue? {
        guard let value = object[name], value != .null else { return nil }
        return value
    }

    /// A required string.
    mutating func requiredText(_ name: Text) -> Text? {
        guard let text = optionalText(name) else {
            if value(name) == nil { report(name.string, "is required") }
            return nil
        }
        return text
    }

    /// An optional string; nil as well when it is something else, which is noted.
    mutating func optionalText(_ name: Text) -> Text? {
        guard let value = value(name) else { return nil }
        guard case .string(let text) = value else {
            report(name.string, "must be a string")
            return nil
        }
        return text
    }

    /// A required name: 1 to 255 characters, no control characters (SPEC 2).
    mutating func requiredName() -> Text? {
        guard let text = requiredText("name") else { return nil }
        if let problem = NameRule.problem(with: text) {
            report("name", problem)
            return nil
        }
        return text
    }

    /// Throws what has been noted, if anything.
    func finish() throws(ValidationFailure) {
        guard problems.isEmpty else { throw ValidationFailure(problems) }
    }
}

/// What names of agents, customers, rate cards, accounts and tokens must be (SPEC 2).
public enum NameRule {
    /// At most this many Unicode scalars.
    static let lengthLimit = 255

    /// What is wrong with a name; nil when nothing is.
    public static func problem(with name: Text) -> String? {
        guard (1...lengthLimit).contains(name.scalarCount) else {
            return "must be 1 to \(lengthLimit) characters long"
        }
        guard !name.hasControlCharacter else { return "must not hold control characters" }
        return nil
    }
}
