// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Foundation

/// Any JSON inside a mapping.
///
/// Prices that need more digits than a double has are written as strings.
enum PlainJSON: Decodable, Sendable {
    case value(JSONValue)

    init(from decoder: any Decoder) throws {
        self = .value(try Self.read(decoder))
    }

    var json: JSONValue {
        switch self {
        case .value(let value): value
        }
    }

    private static func read(_ decoder: any Decoder) throws -> JSONValue {
        if let object = try? [String: PlainJSON](from: decoder) {
            return .members(object.map { ($0.key, $0.value.json) })
        }
        if let array = try? [PlainJSON](from: decoder) { return .array(array.map(\.json)) }
        let single = try decoder.singleValueContainer()
        if single.decodeNil() { return .null }
        if let bool = try? single.decode(Bool.self) { return .bool(bool) }
        if let number = try? single.decode(Foundation.Decimal.self) {
            guard let exact = ExactValues.Decimal("\(number)") else {
                throw CommandFailure("\(number) has too many digits.")
            }
            return .number(exact)
        }
        return .string(Text(try single.decode(String.self)))
    }
}
