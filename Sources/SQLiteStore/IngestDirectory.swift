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
    let parts: [Part]

    /// - Throws: `.damaged` when it is out of form.
    init(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        guard let content = BlobChecksum.checked(bytes), !content.isEmpty,
            content.count.isMultiple(of: Self.partBytes)
        else {
            throw StoreError(.damaged, detail: "a directory of ingest records is not readable")
        }
        var parts: [Part] = []
        parts.reserveCapacity(content.count / Self.partBytes)
        var start = 0
        for offset in stride(from: 0, to: content.count, by: Self.partBytes) {
            let length = Int(content.bigEndian(at: offset + 18, as: UInt32.self))
            parts.append(
                Part(
                    partition: Partition(Int(content.bigEndian(at: offset, as: UInt16.self))),
                    first: content.bigEndian(at: offset + 2),
                    last: content.bigEndian(at: offset + 10),
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
        bytes.append(bigEndian: BlobChecksum.of(bytes))
    }
}
