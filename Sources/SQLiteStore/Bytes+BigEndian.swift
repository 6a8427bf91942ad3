// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
    /// Appends a number, most significant byte first.
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// Eight bytes as a number; the caller has checked that they are there.
    func bigEndian64(at offset: Int) -> UInt64 {
        withUnsafeBytes {
            UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
    }
}
