// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
    /// Appends a number, most significant byte first.
    @inlinable
    package mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// Eight bytes as a number; the caller has checked that they are there.
    @inlinable
    package func bigEndian64(at offset: Int) -> UInt64 {
        withUnsafeBytes { $0.bigEndian(at: offset) }
    }
}

extension UnsafeRawBufferPointer {
    /// A number, most significant byte first; the caller has checked that its bytes are there.
    @inlinable
    package func bigEndian<Number: FixedWidthInteger>(
        at offset: Int,
        as type: Number.Type = Number.self
    ) -> Number {
        Number(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}
