// SPDX-License-Identifier: Apache-2.0

/// Compares runs of bytes, eight at a time, without a C library.
@usableFromInline
enum ByteOrder {
    /// Whether two runs hold the same bytes.
    @inlinable
    static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        // Only an empty run may have no address.
        guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else {
            return true
        }
        return ByteRun.areEqual(leftStart, rightStart, count: left.count)
    }

    /// Whether the left run comes first in the order of unsigned bytes.
    @inlinable
    static func isLess(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        let count = min(left.count, right.count)
        var offset = 0
        while offset + 8 <= count {
            let leftWord = left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let rightWord = right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if leftWord != rightWord { return leftWord.bigEndian < rightWord.bigEndian }
            offset += 8
        }
        while offset < count {
            if left[offset] != right[offset] { return left[offset] < right[offset] }
            offset += 1
        }
        return left.count < right.count
    }
}
