// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// The query of a request, decoded and found valid, with only the names a route knows (a typo
/// shows).
struct QueryParameters: Sendable {
    private let values: [(name: String, value: Text)]

    static let none = QueryParameters()
    /// So much of an unknown name is repeated in details.
    private static let nameLimitCharacters = 64

    private init() { values = [] }

    /// Reads a query.
    ///
    /// - Throws: Every unknown name, name given twice, broken escape and value that is not what its
    ///   rule asks for, all at once.
    init(_ query: Substring, known: [QueryRule]) throws(APIError) {
        var values: [(name: String, value: Text)] = []
        var errors: [FieldError] = []
        for pair in query.utf8.split(separator: 0x26) {
            let mark = pair.firstIndex(of: 0x3D)
            let rawName = pair[..<(mark ?? pair.endIndex)]
            let rawValue = mark.map { pair[pair.index(after: $0)...] } ?? pair[pair.endIndex...]
            guard let name = PercentCoding.decode(rawName, plusIsSpace: true) else {
                errors.append(FieldError(field: "query", message: "is not well encoded"))
                continue
            }
            let value = PercentCoding.decode(rawValue, plusIsSpace: true)
            if let problem = Self.problem(name, value, known, values) {
                let field = String(name.string.prefix(Self.nameLimitCharacters))
                errors.append(FieldError(field: field, message: problem))
            }
            values.append((name.string, value ?? ""))
        }
        guard errors.isEmpty else { throw .invalid(errors) }
        self.values = values
    }

    /// What is wrong with a parameter, given those before it; nil when nothing is.
    private static func problem(
        _ name: Text,
        _ value: Text?,
        _ known: [QueryRule],
        _ before: [(name: String, value: Text)]
    ) -> String? {
        guard let rule = known.first(where: { Text($0.name) == name }) else {
            return "is not a parameter of this call"
        }
        guard !before.contains(where: { Text($0.name) == name }) else {
            return "is given more than once"
        }
        guard let value, !value.utf8.contains(0) else { return "is not well encoded" }
        return rule.isMet(value) ? nil : rule.requirement
    }

    /// The value of a parameter of this route; nil when it is not given.
    subscript<Value>(_ field: QueryField<Value>) -> Value? {
        self[field.name].flatMap(field.read)
    }

    /// The text of a parameter; nil when it is not given.
    subscript(_ name: String) -> Text? {
        for pair in values where pair.name == name {
            return pair.value
        }
        return nil
    }
}
