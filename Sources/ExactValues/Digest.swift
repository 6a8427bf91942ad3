// SPDX-License-Identifier: Apache-2.0

import Crypto

/// The 32 bytes of a SHA-256, held inline.
public struct Digest: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The bytes as four big-endian words, so that comparing words compares bytes.
    @usableFromInline let first: UInt64
    @usableFromInline let second: UInt64
    @usableFromInline let third: UInt64
    @usableFromInline let fourth: UInt64

    /// The number of bytes of a digest.
    public static let byteCount = 32

    /// Thirty-two zero bytes.
    public static let zero = Digest(first: 0, second: 0, third: 0, fourth: 0)

    init(first: UInt64, second: UInt64, third: UInt64, fourth: UInt64) {
        self.first = first
        self.second = second
        self.third = third
        self.fourth = fourth
    }

    /// Thirty-two bytes from the system's random number generator.
    public static func random() -> Digest {
        var source = SystemRandomNumberGenerator()
        return Digest(
            first: source.next(),
            second: source.next(),
            third: source.next(),
            fourth: source.next()
        )
    }

    /// Takes bytes that are a digest; nil unless there are exactly 32.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var iterator = bytes.makeIterator()
        func word() -> UInt64 {
            var word: UInt64 = 0
            for _ in 0..<8 {
                word = word << 8 | UInt64(iterator.next() ?? 0)
            }
            return word
        }
        self.init(first: word(), second: word(), third: word(), fourth: word())
    }

    /// Takes bytes that are a digest; nil unless there are exactly 32.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(loading: bytes)
    }

    /// Reads 64 hexadecimal digits of either case; nil for anything else.
    public init?(hex: String) {
        guard let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes)
    }

    private init(loading buffer: UnsafeRawBufferPointer) {
        self.init(
            first: UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
            second: UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
            third: UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
            fourth: UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
        )
    }

    // MARK: Hashing

    /// The SHA-256 of bytes.
    public static func sha256(_ bytes: [UInt8]) -> Digest {
        bytes.withUnsafeBytes { sha256($0) }
    }

    /// The SHA-256 of bytes.
    public static func sha256(_ buffer: UnsafeRawBufferPointer) -> Digest {
        var hash = SHA256()
        hash.update(bufferPointer: buffer)
        return hash.finalize().withUnsafeBytes { Digest(loading: $0) }
    }

    /// The SHA-256 of a digest's bytes and of those after them.
    public static func sha256(_ first: Digest, then buffer: UnsafeRawBufferPointer) -> Digest {
        var hash = SHA256()
        first.withUnsafeBytes { hash.update(bufferPointer: $0) }
        hash.update(bufferPointer: buffer)
        return hash.finalize().withUnsafeBytes { Digest(loading: $0) }
    }

    /// The SHA-256 of the bytes of digests, one after the other.
    public static func sha256(concatenating parts: [Digest]) -> Digest {
        let count = parts.count * byteCount
        return withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { buffer in
            for (index, part) in parts.enumerated() {
                part.withUnsafeBytes { bytes in
                    UnsafeMutableRawBufferPointer(rebasing: buffer[(index * byteCount)...])
                        .copyMemory(from: bytes)
                }
            }
            return sha256(UnsafeRawBufferPointer(buffer))
        }
    }

    // MARK: Bytes

    /// The first eight bytes, big-endian.
    @inlinable
    public var prefix64: UInt64 { first }

    /// The first sixteen bytes as two big-endian words.
    @inlinable
    public var prefix128: (UInt64, UInt64) { (first, second) }

    /// The 32 bytes.
    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    /// Appends the 32 bytes.
    public func append(to bytes: inout [UInt8]) {
        withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// Runs `body` on the 32 bytes; the pointer is valid only inside `body`.
    @inlinable
    public func withUnsafeBytes<R>(
        _ body: (UnsafeRawBufferPointer) throws -> R
    ) rethrows -> R {
        let words = (first.bigEndian, second.bigEndian, third.bigEndian, fourth.bigEndian)
        return try Swift.withUnsafeBytes(of: words, body)
    }

    /// The 64 hexadecimal digits, lower case.
    public var hex: String { withUnsafeBytes { Hex.encode($0) } }

    /// The 64 hexadecimal digits, lower case.
    public var description: String { hex }

    /// Ordered by bytes.
    @inlinable
    public static func < (left: Digest, right: Digest) -> Bool {
        if left.first != right.first { return left.first < right.first }
        if left.second != right.second { return left.second < right.second }
        if left.third != right.third { return left.third < right.third }
        return left.fourth < right.fourth
    }
}
