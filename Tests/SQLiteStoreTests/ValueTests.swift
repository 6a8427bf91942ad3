// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@testable import SQLiteStore

@Suite("Small parts")
struct ValueTests {
    private let writtenAt = Timestamp.earliest.adding(seconds: 90)

    private func record(_ position: Int64, trace: String?) throws -> IngestRecord {
        let draft = try Sample.draft(Int(position))
        return IngestRecord(
            receipt: IngestReceipt(
                eventID: draft.eventID,
                partition: Partition(1),
                position: IngestPosition(position),
                receivedAt: Timestamp.earliest.adding(seconds: position)
            ),
            account: draft.account,
            catalogVersion: 3,
            isSandbox: position == 8,
            payload: draft.payload,
            trace: trace,
            origin: IngestOrigin(
                node: "node",
                acceptedAt: Timestamp.earliest.adding(seconds: position),
                request: trace == nil ? nil : "req_7"
            ),
            writtenAt: writtenAt
        )
    }

    private func read(_ bytes: [UInt8]) throws -> [IngestRecord] {
        try bytes.withUnsafeBytes { buffer in
            var reader = try IngestFrameReader(buffer, partition: Partition(1), first: 7)
            var records: [IngestRecord] = []
            while let record = try reader.next(after: 0) {
                records.append(record)
            }
            return records
        }
    }

    @Test("a frame gives its records back, and no changed byte goes unnoticed")
    func frame() throws {
        let records = try [record(7, trace: nil), record(8, trace: "00-aa-bb-01")]
        var writer = IngestFrameWriter(writtenAt: writtenAt)
        for record in records {
            writer.append(record)
        }
        var bytes: [UInt8] = []
        writer.seal(into: &bytes)
        #expect(bytes.count == writer.byteCount)
        #expect(try read(bytes) == records)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x40
            #expect(throws: StoreError.self) { _ = try read(changed) }
        }
        for count in 0..<bytes.count {
            #expect(throws: StoreError.self) { _ = try read(Array(bytes.prefix(count))) }
        }
    }

    @Test("the mark keeps its highest level when a slot is torn")
    func mark() throws {
        let directory = try StoreDirectory()
        let mark = try HighWaterMark(storePath: directory.path)
        #expect(mark.level() == nil)
        mark.raise(to: HighWaterMark.Level(accepted: 5, appended: 2), turn: 1)
        mark.raise(to: HighWaterMark.Level(accepted: 6, appended: 2), turn: 2)
        #expect(mark.level() == HighWaterMark.Level(accepted: 6, appended: 2))
        let file = try PosixFile.open(directory.path + HighWaterMark.suffix, creating: false)
        #expect(file.write([0xFF, 0xFF], at: 6))
        #expect(
            try HighWaterMark(storePath: directory.path).level()
                == HighWaterMark.Level(accepted: 5, appended: 2)
        )
    }

    @Test("what is in use stays in the cache of numbers, which stays bounded")
    func numbers() throws {
        let numbers = StreamNumbers(generationLimit: 4)
        let account = try Sample.account()
        let used = StreamID.outcome(account, "in use")
        numbers.remember([used: 99])
        for number in 0..<40 {
            numbers.remember([.outcome(account, Text("stream \(number)")): Int64(number)])
            #expect(numbers.number(of: used) == 99)
        }
        let kept = (0..<40).filter {
            numbers.number(of: .outcome(account, Text("stream \($0)"))) != nil
        }
        #expect(kept.count <= 8)
    }

    @Test("a limit is shared fairly")
    func share() {
        func share(_ limit: Int, _ waiting: [Int: Int], turn: Int = 0) -> [Int: Int] {
            let partitions = Dictionary(
                uniqueKeysWithValues: waiting.map { (Partition($0.key), $0.value) }
            )
            let parts = FairShare.of(limit, among: partitions, turn: turn)
            return Dictionary(
                uniqueKeysWithValues: parts.map { ($0.partition.number, $0.count) }
            )
        }
        #expect(share(10, [0: 50, 1: 3]) == [0: 7, 1: 3])
        #expect(share(9, [0: 50, 1: 50, 2: 1]) == [0: 4, 1: 4, 2: 1])
        #expect(share(100, [0: 5, 1: 6]) == [0: 5, 1: 6])
        #expect(share(0, [0: 5]).isEmpty)
        #expect(share(1, [0: 5, 1: 5], turn: 0) == [0: 1])
        #expect(share(1, [0: 5, 1: 5], turn: 1) == [1: 1])
    }
}
