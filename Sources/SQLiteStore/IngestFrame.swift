// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// Puts the records of one partition and one flush into one frame.
///
/// Version (1 byte), when the flush was made (8); then each record: length of what follows (4
/// bytes), event id (20), `received_at` (8), catalog version (8), flags (1: sandbox, 2: has a
/// trace), length of the account (1), of the trace (2) and of the origin (2), account, trace, origin,
/// payload; at the end the first 8 bytes of the SHA-256 of all that. Numbers are big-endian. Places are not repeated: they follow from the
/// row's first one.
struct IngestFrameWriter: Sendable {
    static let version: UInt8 = 1
    static let fixedBytes = EventID.byteCount + 8 + 8 + 1 + 1 + 2 + 2
    static let sandboxFlag: UInt8 = 1
    static let traceFlag: UInt8 = 2

    /// What stands before the first record.
    static let headBytes = 1 + 8

    private var bytes: [UInt8]

    /// Begins the frame of a flush that is made at this time.
    init(writtenAt: Timestamp) {
        bytes = [Self.version]
        bytes.append(bigEndian: writtenAt.microseconds)
    }

    /// Adds the record at the next place; it was written when the frame says.
    mutating func append(_ record: IngestRecord) {
        let account = record.account.text.utf8
        // A trace context is far shorter; one that is not is left out.
        let trace = record.trace.flatMap { $0.utf8.count <= Int(UInt16.max) ? $0.utf8 : nil }
        let traceCount = trace?.count ?? 0
        let origin = record.origin.bytes
        let length =
            Self.fixedBytes + account.count + traceCount + origin.count + record.payload.count
        bytes.reserveCapacity(bytes.count + 4 + length + BlobChecksum.byteCount)
        bytes.append(bigEndian: UInt32(length))
        record.receipt.eventID.withUnsafeBytes { bytes.append(contentsOf: $0) }
        bytes.append(bigEndian: record.receipt.receivedAt.microseconds)
        bytes.append(bigEndian: Int64(record.catalogVersion))
        bytes.append(
            (record.isSandbox ? Self.sandboxFlag : 0) | (trace == nil ? 0 : Self.traceFlag)
        )
        bytes.append(UInt8(account.count))
        bytes.append(bigEndian: UInt16(traceCount))
        bytes.append(bigEndian: UInt16(clamping: origin.count))
        bytes.append(contentsOf: account)
        if let trace { bytes.append(contentsOf: trace) }
        bytes.append(contentsOf: origin)
        bytes.append(contentsOf: record.payload)
    }

    /// The length of the sealed frame.
    var byteCount: Int { bytes.count + BlobChecksum.byteCount }

    /// Appends the frame with its checksum.
    func seal(into sealed: inout [UInt8]) {
        sealed.append(contentsOf: bytes)
        sealed.append(bigEndian: BlobChecksum.of(bytes))
    }
}

/// Reads the records of one blob in order; anything out of form is `.damaged`.
struct IngestFrameReader {
    private let buffer: UnsafeRawBufferPointer
    private let end: Int
    let partition: Partition
    private var position: Int64
    private let writtenAt: Timestamp
    private var offset = IngestFrameWriter.headBytes

    /// Checks version and checksum.
    init(
        _ buffer: UnsafeRawBufferPointer,
        partition: Partition,
        first: Int64
    ) throws(StoreError) {
        self.buffer = buffer
        self.partition = partition
        position = first
        guard let content = BlobChecksum.checked(buffer),
            content.first == IngestFrameWriter.version,
            content.count >= IngestFrameWriter.headBytes,
            let writtenAt = Timestamp(microseconds: buffer.bigEndian(at: 1))
        else { throw Self.damaged(partition) }
        self.writtenAt = writtenAt
        end = content.count
    }

    private static func damaged(_ partition: Partition) -> StoreError {
        StoreError(.damaged, detail: "ingest records of partition \(partition) are not readable")
    }

    /// The next record after a place; nil at the end.
    mutating func next(after place: Int64) throws(StoreError) -> IngestRecord? {
        while let frame = try advance() {
            guard frame.position > place else { continue }
            return try decode(frame)
        }
        return nil
    }

    /// The record with an id after a place; others are not decoded.
    mutating func record(
        _ eventID: EventID,
        after place: Int64
    ) throws(StoreError) -> IngestRecord? {
        let wanted = eventID.bytes
        while let frame = try advance() {
            guard frame.position > place,
                buffer[frame.start..<(frame.start + EventID.byteCount)].elementsEqual(wanted)
            else { continue }
            return try decode(frame)
        }
        return nil
    }

    private struct Frame {
        let position: Int64
        let start: Int
        let end: Int
    }

    private mutating func advance() throws(StoreError) -> Frame? {
        guard offset < end else { return nil }
        guard offset + 4 <= end else { throw Self.damaged(partition) }
        let length = Int(buffer.bigEndian(at: offset, as: UInt32.self))
        let start = offset + 4
        guard length >= IngestFrameWriter.fixedBytes, start + length <= end else {
            throw Self.damaged(partition)
        }
        let frame = Frame(position: position, start: start, end: start + length)
        offset = frame.end
        position += 1
        return frame
    }

    private func decode(_ frame: Frame) throws(StoreError) -> IngestRecord {
        var at = frame.start + EventID.byteCount
        func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number {
            defer { at += MemoryLayout<Number>.size }
            return buffer.bigEndian(at: at, as: type)
        }
        let microseconds = number(Int64.self)
        let catalogVersion = number(Int64.self)
        let flags = number(UInt8.self)
        let accountEnd = Int(number(UInt8.self))
        let traceCount = Int(number(UInt16.self))
        let originCount = Int(number(UInt16.self))
        let accountStart = at
        let traceStart = accountStart + accountEnd
        let originStart = traceStart + traceCount
        let payloadStart = originStart + originCount
        guard payloadStart <= frame.end,
            let eventID = EventID(
                bytes: UnsafeRawBufferPointer(
                    rebasing: buffer[frame.start..<(frame.start + EventID.byteCount)]
                )
            ),
            let receivedAt = Timestamp(microseconds: microseconds),
            let account = AccountID(
                String(decoding: buffer[accountStart..<traceStart], as: UTF8.self)
            ),
            let origin = IngestOrigin(
                bytes: UnsafeRawBufferPointer(rebasing: buffer[originStart..<payloadStart])
            )
        else { throw Self.damaged(partition) }
        let hasTrace = flags & IngestFrameWriter.traceFlag != 0
        return IngestRecord(
            receipt: IngestReceipt(
                eventID: eventID,
                partition: partition,
                position: IngestPosition(frame.position),
                receivedAt: receivedAt
            ),
            account: account,
            catalogVersion: Int(catalogVersion),
            isSandbox: flags & IngestFrameWriter.sandboxFlag != 0,
            payload: Array(buffer[payloadStart..<frame.end]),
            trace: hasTrace
                ? String(decoding: buffer[traceStart..<originStart], as: UTF8.self) : nil,
            origin: origin,
            writtenAt: writtenAt
        )
    }
}
