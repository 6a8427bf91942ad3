// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// Names a posting, derived from what it books, so that it is the same after every rebuild.
public struct PostingID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number of bytes of an id.
    public static let byteCount = 20

    /// The id's twenty bytes.
    public let bytes: [UInt8]

    /// The id of the one posting that a settlement makes: the first 20 bytes of
    /// SHA-256(account, 0x00, key, 0x00, "settled").
    public init(settlementOf key: OutcomeKey, account: AccountID) {
        var hashed: [UInt8] = []
        hashed.reserveCapacity(account.text.utf8.count + key.text.utf8.count + 9)
        hashed.append(contentsOf: account.text.utf8)
        hashed.append(0)
        hashed.append(contentsOf: key.text.utf8)
        hashed.append(0)
        hashed.append(contentsOf: "settled".utf8)
        bytes = Digest.sha256(hashed).withUnsafeBytes { Array($0.prefix(Self.byteCount)) }
    }

    /// Takes the bytes of an id; nil for any other number of bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = Array(bytes)
    }

    /// Reads `pst_` and 40 lower-case hexadecimal digits; nil for anything else.
    public init?(_ text: String) {
        guard text.utf8.starts(with: "pst_".utf8), let bytes = Hex.decode(String(text.dropFirst(4)))
        else { return nil }
        self.init(bytes: bytes)
        guard description.utf8.elementsEqual(text.utf8) else { return nil }
    }

    /// `pst_` and 40 hexadecimal digits.
    public var description: String { "pst_" + Hex.encode(bytes) }

    /// By bytes.
    public static func < (left: PostingID, right: PostingID) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
