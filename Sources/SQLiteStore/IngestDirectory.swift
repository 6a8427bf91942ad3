// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// What a row of the ingest log holds, beside its records: for each partition the places and the
/// length of its frame.
///
/// Each part: partition (2 bytes), first place (8), last place (8), length of the frame (4); at the
/// end the first 8 bytes of the SHA-256 of all that. Numbers are big-endian. The frames lie one
/// after the other in the same order.
struct IngestDirectory {
    struct Part {
        let partition: Partition
        let first: Int64
        let last: Int64
        /// Where the frame lies among the records.
        let frame: Range<Int>
    }

    private static let partBytes = 22
    private static let checksumBytes = 8
    let parts: [Part]

    /// - Throws: `.damaged` when it is out of form.
    init(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        let end = bytes.count - Self.checksumBytes
        guard end > 0, end.isMultiple(of: Self.partBytes),
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt64.self))
                == Digest.sha256(UnsafeRawBufferPointer(rebasing: bytes[..<end])).prefix64
        else {
            throw StoreError(.damaged, detail: "a directory of ingest records is not readable")
        }
        var parts: [Part] = []
        parts.reserveCapacity(end / Self.partBytes)
        var start = 0
        for offset in stride(from: 0, to: end, by: Self.partBytes) {
            func number<Number: FixedWidthInteger>(_ at: Int, _ type: Number.Type) -> Number {
                Number(bigEndian: bytes.loadUnaligned(fromByteOffset: offset + at, as: type))
            }
            let length = Int(number(18, UInt32.self))
            parts.append(
                Part(
                    partition: Partition(Int(number(0, UInt16.self))),
                    first: number(2, Int64.self),
                    last: number(10, Int64.self),
                    frame: start..<(start + length)
                )
            )
            start += length
        }
        self.parts = parts
    }

    /// Adds a part to a directory that is being written.
    static func append(
        _ partition: Partition,
        first: Int64,
        last: Int64,
        frameBytes: Int,
        to bytes: inout [UInt8]
    ) {
        bytes.append(bigEndian: UInt16(partition.number))
        bytes.append(bigEndian: first)
        bytes.append(bigEndian: last)
        bytes.append(bigEndian: UInt32(frameBytes))
    }

    /// Ends a directory that is being written.
    static func seal(_ bytes: inout [UInt8]) {
        bytes.append(bigEndian: Digest.sha256(bytes).prefix64)
    }
}
