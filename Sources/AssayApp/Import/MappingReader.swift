// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Takes the members of one object of a mapping; the first that is wrong is told in one sentence.
struct MappingReader {
    private let object: JSONObject
    /// What the object is called: `catalog`, or empty for the whole mapping.
    private let path: String

    /// Starts on an object.
    ///
    /// - Throws: When the value is none, or has a member that is not known.
    init(_ json: JSONValue, path: String = "", known: [Text]) throws(CommandFailure) {
        guard case .object(let object) = json else {
            throw CommandFailure(path.isEmpty ? "it is not an object" : "\(path) is not an object")
        }
        self.object = object
        self.path = path
        for member in object.members where !known.contains(member.name) {
            let names = known.map(\.string).joined(separator: ", ")
            throw CommandFailure("\(field(member.name)) is not known here; there are \(names)")
        }
    }

    /// How a member is called in a sentence.
    func field(_ name: Text) -> String { path.isEmpty ? "\(name)" : "\(path).\(name)" }

    /// A member; null is the same as absent.
    func value(_ name: Text) -> JSONValue? {
        guard let value = object[name], value != .null else { return nil }
        return value
    }

    /// A member that has to be there.
    func required(_ name: Text) throws(CommandFailure) -> JSONValue {
        guard let value = value(name) else { throw CommandFailure("\(field(name)) is missing") }
        return value
    }

    /// An optional text.
    func text(_ name: Text) throws(CommandFailure) -> String? {
        switch value(name) {
        case nil: return nil
        case .string(let text)?: return text.string
        default: throw CommandFailure("\(field(name)) is not a text")
        }
    }

    /// A text that has to be there.
    func requiredText(_ name: Text) throws(CommandFailure) -> String {
        guard let text = try text(name) else { throw CommandFailure("\(field(name)) is missing") }
        return text
    }

    /// One of some words; nil when absent.
    func word<Word: RawRepresentable & CaseIterable>(
        _ name: Text
    ) throws(CommandFailure) -> Word? where Word.RawValue == String {
        guard let text = try text(name) else { return nil }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: " or ")
            throw CommandFailure("\(field(name)) is '\(text)'; it can be \(words)")
        }
        return word
    }

    /// The items of an optional list, with what each is called.
    func list(_ name: Text) throws(CommandFailure) -> [(path: String, item: JSONValue)] {
        switch value(name) {
        case nil: return []
        case .array(let items)?:
            return items.enumerated().map { ("\(field(name))[\($0.offset)]", $0.element) }
        default: throw CommandFailure("\(field(name)) is not a list")
        }
    }

    /// The members of an optional object, in the order of their names.
    func members(_ name: Text) throws(CommandFailure) -> [(name: String, value: JSONValue)] {
        switch value(name) {
        case nil: return []
        case .object(let object)?:
            return object.members.map { ($0.name.string, $0.value) }.sorted { $0.name < $1.name }
        default: throw CommandFailure("\(field(name)) is not an object")
        }
    }
}
