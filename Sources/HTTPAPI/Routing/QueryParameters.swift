// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// The query of a request, decoded, with only the names a route knows (a typo shows).
struct QueryParameters: Sendable {
    private let values: [(name: String, value: Text)]

    static let none = QueryParameters()

    private init() { values = [] }

    /// Reads a query.
    ///
    /// - Throws: An unknown name, a name given twice, or an escape that is broken, each named.
    init(_ query: Substring, known: [String]) throws(APIError) {
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
            let field = String(name.string.prefix(64))
            if !known.contains(where: { Text($0) == name }) {
                errors.append(FieldError(field: field, message: "is not a parameter of this call"))
            } else if values.contains(where: { Text($0.name) == name }) {
                errors.append(FieldError(field: field, message: "is given more than once"))
            } else if let value = PercentCoding.decode(rawValue, plusIsSpace: true),
                !value.utf8.contains(0)
            {
                values.append((name.string, value))
            } else {
                errors.append(FieldError(field: field, message: "is not well encoded"))
            }
        }
        guard errors.isEmpty else { throw .invalid(errors) }
        self.values = values
    }

    /// The value of a parameter; nil when it is not given.
    subscript(_ name: String) -> Text? {
        for pair in values where pair.name == name {
            return pair.value
        }
        return nil
    }
}

/// Reads parameters and collects every wrong one before it throws.
struct QueryReader {
    private let parameters: QueryParameters
    private var errors: [FieldError] = []

    init(_ parameters: QueryParameters) { self.parameters = parameters }

    /// A parameter that has to be of a form; nil when absent or wrong.
    mutating func value<Value>(
        _ name: String,
        _ requirement: String,
        _ read: (Text) -> Value?
    ) -> Value? {
        guard let text = parameters[name] else { return nil }
        guard let value = read(text) else {
            errors.append(FieldError(field: name, message: requirement))
            return nil
        }
        return value
    }

    /// An instant of RFC 3339.
    mutating func instant(_ name: String) -> Timestamp? {
        value(name, "must be an RFC 3339 date and time with an offset") { text in
            // A plus in a query stands for a space, and people forget to encode it.
            Timestamp(Text(text.string.replacingLastSpaceWithPlus))
        }
    }

    /// The size of a page: 1 to 500, 50 unless told otherwise.
    mutating func limit() -> Int {
        value("limit", "must be an integer from 1 to 500") { text in
            guard let limit = Int(text.string), (1...500).contains(limit),
                text.utf8.first != 0x2B
            else { return nil }
            return limit
        } ?? 50
    }

    /// - Throws: What was wrong, when anything was.
    func finish() throws(APIError) {
        guard errors.isEmpty else { throw .invalid(errors) }
    }
}

extension String {
    /// `2026-01-01T00:00:00 01:00` with the plus that a query lost.
    fileprivate var replacingLastSpaceWithPlus: String {
        guard let space = utf8.lastIndex(of: 0x20),
            utf8.distance(from: space, to: utf8.endIndex) == 6,
            utf8.distance(from: utf8.startIndex, to: space) > 10
        else { return self }
        return String(self[..<space]) + "+" + String(self[utf8.index(after: space)...])
    }
}
