// SPDX-License-Identifier: Apache-2.0

/// Why a text is not JSON that the service takes, and at which byte.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The reason.
    public enum Kind: Hashable, Sendable {
        /// Not the grammar of RFC 8259.
        case malformed
        /// More arrays and objects inside each other than allowed.
        case tooDeep
        /// An object has two members of this name.
        case duplicateName(Text)
        /// A number has more digits than `Decimal` holds (SPEC 2, Values).
        case numberOutOfBounds
        /// A NUL character, as it is or escaped (SPEC 2, Values).
        case nulCharacter
        /// Bytes that are not UTF-8, or an escape that is half of a surrogate pair.
        case invalidUTF8
        /// A complete value, and then something more.
        case trailingData
        /// The end of the text inside a value.
        case truncated
        /// An array has more items than allowed.
        case tooManyItems
    }

    /// The reason.
    public let kind: Kind
    /// The byte where it was found, counted from 0.
    public let offset: Int

    /// Puts a reason and a place together.
    public init(kind: Kind, offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    /// A sentence that is safe to show to a client: it repeats nothing of the text.
    public var description: String {
        switch kind {
        case .malformed: "malformed JSON at byte \(offset)"
        case .tooDeep: "nested too deep at byte \(offset)"
        case .duplicateName: "duplicate member name at byte \(offset)"
        case .numberOutOfBounds: "number out of bounds at byte \(offset)"
        case .nulCharacter: "NUL character at byte \(offset)"
        case .invalidUTF8: "invalid Unicode at byte \(offset)"
        case .trailingData: "data after the JSON value at byte \(offset)"
        case .truncated: "JSON ends too early at byte \(offset)"
        case .tooManyItems: "too many items at byte \(offset)"
        }
    }
}
