// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// Names an API token in public: `tok_` and 16 characters of Crockford's base 32, lower case.
///
/// The caller chooses it; it is no secret (SPEC 2, API token).
public struct TokenID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The id as text.
    public let text: Text

    /// The number of characters after `tok_`.
    public static let suffixLength = 16

    /// Reads an id; nil when the text is not of the form.
    public init?(_ string: String) {
        let utf8 = string.utf8
        guard utf8.count == 4 + Self.suffixLength, utf8.starts(with: "tok_".utf8) else {
            return nil
        }
        for byte in utf8.dropFirst(4) where !Self.isAllowed(byte) {
            return nil
        }
        text = Text(string)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39: true
        case 0x69, 0x6C, 0x6F, 0x75: false  // i, l, o and u look like others
        case 0x61...0x7A: true
        default: false
        }
    }

    /// The id as text.
    public var description: String { text.string }

    /// By the bytes of the text.
    public static func < (left: TokenID, right: TokenID) -> Bool { left.text < right.text }
}
