// SPDX-License-Identifier: Apache-2.0

/// JSON with exact numbers, and strings that are compared by their bytes.
public enum JSONValue: Hashable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number within the bounds of `Decimal`.
    case number(Decimal)
    /// A string.
    case string(Text)
    /// An array.
    case array([JSONValue])
    /// An object.
    case object(JSONObject)

    /// What JSON calls the type: `null`, `boolean`, `number`, `string`, `array` or `object`.
    public var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// The one canonical form: no white space, members sorted by the UTF-8 bytes of their names,
    /// numbers plain without trailing zeros, the shortest escapes (SPEC 5).
    public var canonicalBytes: [UInt8] {
        var writer = JSONWriter()
        writer.canonicalValue(self)
        return writer.bytes
    }
}
