// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

/// One flush of the intake: finds duplicates, hands out places and times, writes one row.
struct IntakeFlush {
    /// What a flush wrote to one partition.
    struct Part: Sendable {
        let partition: Partition
        let firstPosition: Int64
        fileprivate(set) var lastPosition: Int64
        fileprivate(set) var liveClock: Timestamp
        fileprivate(set) var records: [IngestRecord] = []
        fileprivate(set) var isKeptInTail = true
        fileprivate var frame: IngestFrameWriter
    }

    /// What is made known once the transaction has been committed.
    struct Written: Sendable {
        let results: [[IngestResult]]
        let parts: [Part]
        let sandboxClocks: [AccountID: Timestamp]
        let acceptedCount: Int
        /// The claims it made, the row they are in, and how many older ones it moved.
        let claims: [ClaimMark: RecentClaims.Holder]
        /// The number of the rows.
        let flush: Int64
        let movedClaims: Int
    }

    private let number: Int64
    private let writtenAt = MachineClock.now()
    private let ledger: IntakeLedger
    private let database: Database
    private let selectClaim: BoundStatement
    private let recentClaims: RecentClaims
    private var claims: [ClaimMark: RecentClaims.Holder] = [:]
    private var parts: [Part] = []
    // The place in `parts` by partition number; -1 for none.
    private var partIndexes: [Int]
    private var sandboxClocks: [AccountID: Timestamp] = [:]
    private var acceptedCount = 0

    private init(
        number: Int64,
        ledger: IntakeLedger,
        claims: RecentClaims,
        database: Database
    ) throws {
        self.number = number
        self.ledger = ledger
        self.database = database
        recentClaims = claims
        selectClaim = try BoundStatement(database, ClaimStatements.select)
        partIndexes = Array(repeating: -1, count: ledger.entries.count)
    }

    /// Writes what the calls ask for, inside the caller's transaction.
    static func write(
        _ calls: [IntakeCall],
        as number: Int64,
        after ledger: IntakeLedger,
        claims: RecentClaims,
        to database: Database
    ) throws -> Written {
        var flush = try IntakeFlush(
            number: number,
            ledger: ledger,
            claims: claims,
            database: database
        )
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
        let movedClaims = try flush.writeClaims()
        return Written(
            results: results,
            parts: flush.parts,
            sandboxClocks: flush.sandboxClocks,
            acceptedCount: flush.acceptedCount,
            claims: flush.claims,
            flush: number,
            movedClaims: movedClaims
        )
    }

    // MARK: One draft

    private mutating func take(_ draft: IngestDraft) throws -> IngestResult {
        let partition = draft.partition
        guard partition.number < ledger.partitioning.count else {
            throw StoreError(.unavailable, detail: "partition \(partition) has no ingest log")
        }
        if let claim = draft.claim, let first = try holder(of: claim, in: partition) {
            return first
        }
        let receivedAt = try receiptTime(of: draft)
        if let earliest = draft.earliestReceipt, receivedAt < earliest {
            return .refused(receivedAt: receivedAt)
        }
        let receipt = IngestReceipt(
            eventID: draft.eventID,
            partition: partition,
            position: IngestPosition(head(of: partition) + 1),
            receivedAt: receivedAt
        )
        if let claim = draft.claim { hold(claim, for: receipt) }
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
        switch draft.clock {
        case .live: parts[index].liveClock = receipt.receivedAt
        case .sandbox: sandboxClocks[draft.account] = receipt.receivedAt
        }
        let record = IngestRecord(draft, receipt, writtenAt: writtenAt)
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
                liveClock: entry.liveClock,
                frame: IngestFrameWriter(writtenAt: writtenAt)
            )
        )
        partIndexes[partition.number] = parts.count - 1
        return parts.count - 1
    }

    // MARK: Claims

    /// Holds a claim for ever.
    private mutating func hold(_ claim: IdempotencyClaim, for receipt: IngestReceipt) {
        claims[ClaimMark(claim.scope)] = RecentClaims.Holder(
            eventID: receipt.eventID,
            position: receipt.position,
            receivedAt: receipt.receivedAt,
            body: claim.body.mark
        )
    }

    private func holder(
        of claim: IdempotencyClaim,
        in partition: Partition
    ) throws -> IngestResult? {
        let scope = ClaimMark(claim.scope)
        let holder =
            try claims[scope] ?? recentClaims.holder(of: scope)
            ?? ClaimStatements.holder(of: scope, in: partition, selectClaim)
        guard let holder else { return nil }
        let receipt = IngestReceipt(
            eventID: holder.eventID,
            partition: partition,
            position: holder.position,
            receivedAt: holder.receivedAt
        )
        return .duplicate(
            receipt,
            bodyConflict: BodyMark(holder.body).conflicts(with: claim.body)
        )
    }

    /// Writes the new claims in one row and moves older ones into their table.
    private func writeClaims() throws -> Int {
        guard !claims.isEmpty else { return 0 }
        let insert = try BoundStatement(database, ClaimStatements.insertRecent)
        insert.bind(1, number)
        insert.bind(2, ClaimSegment.write(claims))
        try insert.run()
        let moving = recentClaims.moves(adding: claims.count)
        try ClaimStatements.move(moving, database)
        if let last = recentClaims.finished(byMoving: moving.count) {
            let delete = try BoundStatement(database, ClaimStatements.deleteRecent)
            delete.bind(1, last)
            try delete.run()
        }
        return moving.count
    }

    // MARK: Rows

    private func writeParts() throws {
        guard !parts.isEmpty else { return }
        var directory: [UInt8] = []
        var records: [UInt8] = []
        records.reserveCapacity(parts.reduce(0) { $0 + $1.frame.byteCount })
        let move = try BoundStatement(database, PartitionStatements.moveIngestHead)
        for part in parts {
            IngestDirectory.append(
                part.partition,
                first: part.firstPosition,
                last: part.lastPosition,
                frameBytes: part.frame.byteCount,
                to: &directory
            )
            part.frame.seal(into: &records)
            move.bind(1, part.partition)
            move.bind(2, part.lastPosition)
            move.bind(3, part.liveClock.microseconds)
            try move.run()
        }
        IngestDirectory.seal(&directory)
        let insert = try BoundStatement(database, IngestStatements.insertRow)
        insert.bind(1, number)
        insert.bind(2, directory)
        insert.bind(3, records)
        try insert.run()
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
