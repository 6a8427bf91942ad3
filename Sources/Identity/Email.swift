// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// An e-mail address: one `@` with something on both sides, at most 254 bytes of printable ASCII.
///
/// Letters A to Z are made small: two spellings of an address are one person.
public struct Email: Hashable, Sendable, CustomStringConvertible {
    /// Longest address in bytes (RFC 5321, 4.5.3.1.3).
    public static let limitBytes = 254

    /// The address in small letters.
    public let text: Text

    /// Reads an address, without the spaces around it; nil when it is none.
    public init?(_ text: Text) {
        let bytes = text.utf8.drop { $0 == 0x20 }
        let end = bytes.lastIndex { $0 != 0x20 }
        guard let end else { return nil }
        let address = bytes[bytes.startIndex...end]
        guard address.count <= Self.limitBytes,
            address.allSatisfy({ (0x21...0x7E).contains($0) }),
            address.filter({ $0 == 0x40 }).count == 1,
            address.first != 0x40, address.last != 0x40
        else { return nil }
        let small = address.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        guard let known = Text(utf8: small) else { return nil }
        self.text = known
    }

    /// The address.
    public var description: String { text.string }
}
