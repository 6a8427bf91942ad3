// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// Sixteen bytes that tell claims, or bodies, apart; of a claim the first half of its SHA-256.
///
/// Within one account 2^64 tries would find two keys that collide, and they would harm nobody
/// else.
public struct ClaimMark: Hashable, Comparable, Sendable {
    @usableFromInline package let high: UInt64
    @usableFromInline package let low: UInt64

    /// The number of bytes of a mark.
    public static let byteCount = 16

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Takes the first half of a digest.
    @inlinable
    public init(_ digest: Digest) { (high, low) = digest.prefix128 }

    /// Reads the 16 bytes; nil for any other number of them.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount else { return nil }
        high = bytes.bigEndian(at: 0)
        low = bytes.bigEndian(at: 8)
    }

    /// Whether all 16 bytes are the same.
    @inlinable
    public static func == (left: ClaimMark, right: ClaimMark) -> Bool {
        left.high == right.high && left.low == right.low
    }

    /// The mark just before this one in the order of every store; nil for the first.
    public var before: ClaimMark? {
        guard low == 0 else { return ClaimMark(high: high, low: low - 1) }
        return high == 0 ? nil : ClaimMark(high: high - 1, low: .max)
    }

    /// The bytes are a hash already.
    @inlinable
    public func hash(into hasher: inout Hasher) { hasher.combine(high) }

    /// By bytes, as every store orders them.
    @inlinable
    public static func < (left: ClaimMark, right: ClaimMark) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    /// Runs `body` on the 16 bytes; the pointer is valid only inside `body`.
    @inlinable
    public func withUnsafeBytes<R>(
        _ body: (UnsafeRawBufferPointer) throws -> R
    ) rethrows -> R {
        try Swift.withUnsafeBytes(of: (high.bigEndian, low.bigEndian), body)
    }

    /// The 16 bytes.
    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}
