// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

/// One flush of the intake: finds duplicates, hands out places and times, writes one row per
/// partition.
struct IntakeFlush {
    /// What a flush wrote to one partition.
    struct Part: Sendable {
        let partition: Partition
        let firstPosition: Int64
        fileprivate(set) var lastPosition: Int64
        fileprivate(set) var liveClock: Timestamp
        fileprivate(set) var records: [IngestRecord] = []
        fileprivate(set) var isKeptInTail = true
        fileprivate var frame = IngestFrameWriter()
    }

    /// What is made known once the transaction has been committed.
    struct Written: Sendable {
        let results: [[IngestResult]]
        let parts: [Part]
        let sandboxClocks: [AccountID: Timestamp]
        let acceptedCount: Int
    }

    private let ledger: IntakeLedger
    private let database: Database
    private let insertClaim: BoundStatement
    private let selectClaim: BoundStatement
    private var parts: [Part] = []
    // The place in `parts` by partition number; -1 for none.
    private var partIndexes: [Int]
    private var sandboxClocks: [AccountID: Timestamp] = [:]
    private var acceptedCount = 0

    private init(ledger: IntakeLedger, database: Database) throws {
        self.ledger = ledger
        self.database = database
        insertClaim = try BoundStatement(database, IngestStatements.insertClaim)
        selectClaim = try BoundStatement(database, IngestStatements.selectClaim)
        partIndexes = Array(repeating: -1, count: ledger.entries.count)
    }

    /// Writes what the calls ask for, inside the caller's transaction.
    static func write(
        _ calls: [IntakeCall],
        after ledger: IntakeLedger,
        to database: Database
    ) throws -> Written {
        var flush = try IntakeFlush(ledger: ledger, database: database)
        var results: [[IngestResult]] = []
        results.reserveCapacity(calls.count)
        for call in calls {
            var answers: [IngestResult] = []
            answers.reserveCapacity(call.drafts.count)
            for draft in call.drafts {
                answers.append(try flush.take(draft))
            }
            results.append(answers)
        }
        try flush.writeParts()
        try flush.writeClocks()
        return Written(
            results: results,
            parts: flush.parts,
            sandboxClocks: flush.sandboxClocks,
            acceptedCount: flush.acceptedCount
        )
    }

    // MARK: One draft

    private mutating func take(_ draft: IngestDraft) throws -> IngestResult {
        let partition = draft.partition
        guard partition.number < ledger.partitioning.count else {
            throw StoreError(.unavailable, detail: "partition \(partition) has no ingest log")
        }
        let receivedAt = try receiptTime(of: draft)
        if let earliest = draft.earliestReceipt, receivedAt < earliest {
            if let claim = draft.claim, let first = try holder(of: claim, in: partition) {
                return first
            }
            return .refused(receivedAt: receivedAt)
        }
        let receipt = IngestReceipt(
            eventID: draft.eventID,
            partition: partition,
            position: IngestPosition(head(of: partition) + 1),
            receivedAt: receivedAt
        )
        if let claim = draft.claim, try !hold(claim, for: receipt) {
            guard let first = try holder(of: claim, in: partition) else {
                throw StoreError(.damaged, detail: "a claim is held and cannot be read")
            }
            return first
        }
        accept(draft, receipt)
        return .accepted(receipt)
    }

    private func receiptTime(of draft: IngestDraft) throws -> Timestamp {
        switch draft.clock {
        case .live(let now):
            let index = partIndexes[draft.partition.number]
            let clock =
                index < 0
                ? ledger.entries[draft.partition.number].liveClock : parts[index].liveClock
            return max(clock, now)
        case .sandbox(let floor):
            let clock = try sandboxClock(of: draft.account)
            return max(clock ?? .earliest, floor ?? .earliest)
        }
    }

    private func sandboxClock(of account: AccountID) throws -> Timestamp? {
        if let moved = sandboxClocks[account] { return moved }
        if let known = ledger.sandboxClocks[account] { return known }
        let partition = ledger.partitioning.partition(sandbox: account)
        return try IngestStatements.clock(of: account, in: partition, database)
    }

    private func head(of partition: Partition) -> Int64 {
        let index = partIndexes[partition.number]
        return index < 0 ? ledger.entries[partition.number].ingestHead : parts[index].lastPosition
    }

    private mutating func accept(_ draft: IngestDraft, _ receipt: IngestReceipt) {
        let index = partIndex(for: draft.partition)
        let isSandbox: Bool
        switch draft.clock {
        case .live:
            isSandbox = false
            parts[index].liveClock = receipt.receivedAt
        case .sandbox:
            isSandbox = true
            sandboxClocks[draft.account] = receipt.receivedAt
        }
        let record = IngestRecord(
            receipt: receipt,
            account: draft.account,
            catalogVersion: draft.catalogVersion,
            isSandbox: isSandbox,
            payload: draft.payload,
            trace: draft.trace
        )
        if record.payload.count > IntakeLedger.tailLimitRecordBytes {
            parts[index].isKeptInTail = false
        }
        parts[index].frame.append(record)
        parts[index].records.append(record)
        parts[index].lastPosition = receipt.position.value
        acceptedCount += 1
    }

    private mutating func partIndex(for partition: Partition) -> Int {
        let known = partIndexes[partition.number]
        if known >= 0 { return known }
        let entry = ledger.entries[partition.number]
        parts.append(
            Part(
                partition: partition,
                firstPosition: entry.ingestHead + 1,
                lastPosition: entry.ingestHead,
                liveClock: entry.liveClock
            )
        )
        partIndexes[partition.number] = parts.count - 1
        return parts.count - 1
    }

    // MARK: Claims

    /// Holds a claim for ever; false when an earlier record holds it.
    private func hold(_ claim: IdempotencyClaim, for receipt: IngestReceipt) throws -> Bool {
        insertClaim.bind(1, receipt.partition)
        insertClaim.bind(2, claim.scope)
        insertClaim.bind(3, receipt.eventID.bytes)
        insertClaim.bind(4, receipt.position.value)
        insertClaim.bind(5, receipt.receivedAt.microseconds)
        insertClaim.bind(6, claim.body)
        return try insertClaim.runCountingChanges() == 1
    }

    private func holder(
        of claim: IdempotencyClaim,
        in partition: Partition
    ) throws -> IngestResult? {
        selectClaim.bind(1, partition)
        selectClaim.bind(2, claim.scope)
        return try selectClaim.first { row in
            let receipt = IngestReceipt(
                eventID: try row.eventID(0),
                partition: partition,
                position: IngestPosition(row.integer(1)),
                receivedAt: try row.timestamp(2)
            )
            return .duplicate(receipt, bodyConflict: try row.digest(3) != claim.body)
        }
    }

    // MARK: Rows

    private func writeParts() throws {
        guard !parts.isEmpty else { return }
        let insert = try BoundStatement(database, IngestStatements.insertRecords)
        let move = try BoundStatement(database, PartitionStatements.moveIngestHead)
        for part in parts {
            insert.bind(1, part.partition)
            insert.bind(2, part.firstPosition)
            insert.bind(3, part.lastPosition)
            insert.bind(4, part.frame.sealed())
            try insert.run()
            move.bind(1, part.partition)
            move.bind(2, part.lastPosition)
            move.bind(3, part.liveClock.microseconds)
            try move.run()
        }
    }

    private func writeClocks() throws {
        guard !sandboxClocks.isEmpty else { return }
        let statement = try BoundStatement(database, IngestStatements.setClock)
        for (account, clock) in sandboxClocks {
            statement.bind(1, ledger.partitioning.partition(sandbox: account))
            statement.bind(2, account.text)
            statement.bind(3, clock.microseconds)
            try statement.run()
        }
    }
}
