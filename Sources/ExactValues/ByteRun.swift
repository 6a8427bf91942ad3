// SPDX-License-Identifier: Apache-2.0

/// Looks at runs of bytes eight at a time: every event ever written passes through here.
public enum ByteRun {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// Whether two runs of a length hold the same bytes.
    @inlinable
    @inline(__always)
    public static func areEqual(
        _ left: UnsafeRawPointer,
        _ right: UnsafeRawPointer,
        count: Int
    ) -> Bool {
        var offset = 0
        while offset + 8 <= count {
            let leftWord = left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let rightWord = right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if leftWord != rightWord { return false }
            offset += 8
        }
        while offset < count {
            let leftByte = left.load(fromByteOffset: offset, as: UInt8.self)
            let rightByte = right.load(fromByteOffset: offset, as: UInt8.self)
            if leftByte != rightByte { return false }
            offset += 1
        }
        return true
    }

    /// Whether two arrays hold the same bytes.
    ///
    /// Their own comparison goes byte by byte.
    @inlinable
    public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return left.withUnsafeBytes { leftBytes in
            right.withUnsafeBytes { rightBytes in
                ByteOrder.areEqual(leftBytes, rightBytes)
            }
        }
    }

    /// How many bytes there are before the first quote, backslash or control character, which end
    /// what stands plainly in a JSON string.
    public static func plainCount(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let raw = UnsafeRawBufferPointer(bytes)
        var offset = 0
        while offset + 8 <= raw.count {
            let ends = plainEnds(raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            if ends != 0 { return offset + ends.trailingZeroBitCount / 8 }
            offset += 8
        }
        while offset < raw.count, isPlain(raw[offset]) { offset += 1 }
        return offset
    }

    /// Copies the bytes that `plainCount` counts, and counts them.
    ///
    /// `target` has room for all of `bytes`; what is behind the copied ones there may be written to.
    public static func copyPlain(
        _ bytes: UnsafeBufferPointer<UInt8>,
        to target: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        precondition(target.count >= bytes.count)
        let raw = UnsafeRawBufferPointer(bytes)
        let copy = UnsafeMutableRawBufferPointer(target)
        var offset = 0
        while offset + 8 <= raw.count {
            let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            copy.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
            let ends = plainEnds(word)
            if ends != 0 { return offset + ends.trailingZeroBitCount / 8 }
            offset += 8
        }
        while offset < raw.count, isPlain(raw[offset]) {
            copy[offset] = raw[offset]
            offset += 1
        }
        return offset
    }

    /// The lowest byte with its top bit set is the first that is not plain; what stands above it may
    /// be a carry.
    @inline(__always)
    private static func plainEnds(_ loaded: UInt64) -> UInt64 {
        let word = UInt64(littleEndian: loaded)
        return zeros(word ^ ones &* 0x22) | zeros(word ^ ones &* 0x5C)
            | ((word &- ones &* 0x20) & ~word & tops)
    }

    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte != 0x22 && byte != 0x5C && byte >= 0x20
    }

    /// Where a byte stands for the first time, counted from the beginning; nil where it does not.
    public static func offset(of byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        let raw = UnsafeRawBufferPointer(bytes)
        let wanted = ones &* UInt64(byte)
        var offset = 0
        while offset + 8 <= raw.count {
            let word = UInt64(
                littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            )
            let found = zeros(word ^ wanted)
            if found != 0 { return offset + found.trailingZeroBitCount / 8 }
            offset += 8
        }
        while offset < raw.count {
            if raw[offset] == byte { return offset }
            offset += 1
        }
        return nil
    }

    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & tops }
}
