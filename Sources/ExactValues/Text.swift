// SPDX-License-Identifier: Apache-2.0

/// A string that is compared, ordered and hashed by its UTF-8 bytes (SPEC 2, Values).
///
/// Swift's own `String` merges canonically equivalent spellings; here "é" as one scalar and "é" as
/// two are different texts. Nothing is ever normalised.
public struct Text: Hashable, Comparable, Sendable {
    /// The text itself, always native and contiguous UTF-8.
    public let string: String

    /// Takes a string as it is.
    @inlinable
    public init(_ string: String) {
        var native = string
        native.makeContiguousUTF8()
        self.string = native
    }

    /// Takes bytes; nil when they are not valid UTF-8.
    @inlinable
    public init?(utf8 bytes: some Collection<UInt8>) {
        let string =
            bytes.withContiguousStorageIfAvailable { Self.validated($0) }
            ?? Array(bytes).withUnsafeBufferPointer { Self.validated($0) }
        guard let string else { return nil }
        self.string = string
    }

    @usableFromInline
    static func validated(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        guard UTF8Check.firstInvalid(in: bytes) == nil else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Takes bytes that are known to be valid UTF-8.
    init(valid bytes: UnsafeBufferPointer<UInt8>) {
        string = String(decoding: bytes, as: UTF8.self)
    }

    /// The UTF-8 bytes.
    @inlinable
    public var utf8: String.UTF8View { string.utf8 }

    /// Whether there is not a single byte.
    @inlinable
    public var isEmpty: Bool { string.utf8.isEmpty }

    /// The number of Unicode scalars, which is what limits of length count (SPEC 2, Values).
    public var scalarCount: Int {
        withUTF8 { bytes in
            var count = 0
            for byte in bytes where byte & 0xC0 != 0x80 {
                count += 1
            }
            return count
        }
    }

    /// Whether a scalar of general category Cc is in it: U+0000 to U+001F, U+007F to U+009F.
    public var hasControlCharacter: Bool {
        withUTF8 { bytes in
            // In UTF-8, U+0080 to U+009F are C2 80 to C2 9F; no other scalar contains the byte C2.
            var previous: UInt8 = 0
            for byte in bytes {
                if byte < 0x20 || byte == 0x7F { return true }
                if previous == 0xC2, byte < 0xA0 { return true }
                previous = byte
            }
            return false
        }
    }

    /// Runs `body` on the UTF-8 bytes; the pointer is valid only inside `body`.
    @inlinable
    public func withUTF8<R>(
        _ body: (UnsafeBufferPointer<UInt8>) throws -> R
    ) rethrows -> R {
        if let result = try string.utf8.withContiguousStorageIfAvailable(body) {
            return result
        }
        return try Array(string.utf8).withUnsafeBufferPointer(body)
    }
}

extension Text {
    /// Equal means the same bytes.
    @inlinable
    public static func == (left: Text, right: Text) -> Bool {
        guard left.string.utf8.count == right.string.utf8.count else { return false }
        return left.withUTF8 { leftBytes in
            right.withUTF8 { rightBytes in
                ByteOrder.areEqual(
                    UnsafeRawBufferPointer(leftBytes),
                    UnsafeRawBufferPointer(rightBytes)
                )
            }
        }
    }

    /// Ordered by unsigned bytes; a prefix comes before what it is a prefix of.
    @inlinable
    public static func < (left: Text, right: Text) -> Bool {
        left.withUTF8 { leftBytes in
            right.withUTF8 { rightBytes in
                ByteOrder.isLess(
                    UnsafeRawBufferPointer(leftBytes),
                    UnsafeRawBufferPointer(rightBytes)
                )
            }
        }
    }

    /// Hashes the bytes and an end mark, so that neighbouring texts do not run together.
    @inlinable
    public func hash(into hasher: inout Hasher) {
        withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xFF as UInt8)
    }
}

extension Text: CustomStringConvertible, ExpressibleByStringLiteral {
    /// The text itself.
    @inlinable
    public var description: String { string }

    /// Takes a literal; a literal is native UTF-8 already.
    @inlinable
    public init(stringLiteral value: String) {
        string = value
    }
}
