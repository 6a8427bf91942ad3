// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// What is kept of a body to tell whether a retry says the same (SPEC 3, Idempotency).
///
/// Sixteen bytes. The first half is of what is stored in the clear anyway. The second is of the
/// metadata, under a key that goes with the customer's sealing key: whoever guesses metadata that
/// was erased cannot find out here whether the guess is right.
public struct BodyMark: Hashable, Sendable {
    /// The first eight bytes of a SHA-256 over the fields that are not sealed.
    public let fields: UInt64
    /// Zero without metadata; else the upper 24 bits tell the key, and the lower 40 are of the
    /// metadata, under that key.
    public let metadata: UInt64

    private static let isThere: UInt64 = 1 << 63
    private static let keyBits: UInt64 = ~0 << tagBits
    private static let tagBits: UInt64 = 40

    /// Marks a body without metadata.
    public init(fields: Digest) {
        self.fields = fields.prefix64
        metadata = 0
    }

    /// Marks a body with metadata.
    ///
    /// `tag`: Eight bytes that only who has the key of that id can make from the metadata.
    public init(fields: Digest, metadata tag: UInt64, keyID: [UInt8]) {
        self.fields = fields.prefix64
        let key = Digest.sha256(keyID).prefix64 & Self.keyBits
        metadata = Self.isThere | key | tag >> (64 - Self.tagBits)
    }

    /// Reads the mark as stores keep it.
    public init(_ mark: ClaimMark) {
        (fields, metadata) = (mark.high, mark.low)
    }

    /// The mark as stores keep it.
    public var mark: ClaimMark { ClaimMark(high: fields, low: metadata) }

    /// Whether the bodies are known to differ.
    ///
    /// Metadata that was sealed by different keys cannot be compared, since the older one has been
    /// destroyed or lost: of it nothing is claimed.
    public func conflicts(with other: BodyMark) -> Bool {
        guard fields == other.fields else { return true }
        guard metadata != 0, other.metadata != 0 else { return metadata != other.metadata }
        let isComparable = metadata >> Self.tagBits == other.metadata >> Self.tagBits
        return isComparable && metadata != other.metadata
    }
}
