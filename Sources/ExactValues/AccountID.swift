// SPDX-License-Identifier: Apache-2.0

/// Names an account, the tenant that everything belongs to (SPEC 2).
///
/// `acct_` and 1 to 58 characters of `[0-9a-z]`.
public struct AccountID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The id as text.
    public let text: Text

    /// Reads an id; nil when the text is not of the form.
    public init?(_ string: String) {
        let utf8 = string.utf8
        guard utf8.count > 5, utf8.count <= 63, utf8.starts(with: "acct_".utf8) else { return nil }
        for byte in utf8.dropFirst(5) where !Self.isAllowed(byte) {
            return nil
        }
        text = Text(string)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// The id as text.
    public var description: String { text.string }

    /// By the bytes of the text.
    public static func < (left: AccountID, right: AccountID) -> Bool { left.text < right.text }
}
