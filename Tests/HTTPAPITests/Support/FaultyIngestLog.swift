// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// An ingest log that cannot write some partitions, as when one statement of several has failed.
struct FaultyIngestLog: IngestLog {
    let log: any IngestLog
    let isFaulty: @Sendable (Partition) -> Bool

    private static let fault = StoreError(.unavailable, detail: "planned fault")

    func append(_ drafts: [IngestDraft]) async throws(StoreError) -> [IngestResult] {
        let written = drafts.filter { !isFaulty($0.partition) }
        guard !written.isEmpty else { throw Self.fault }
        var results = try await log.append(written)[...]
        return drafts.compactMap { draft in
            isFaulty(draft.partition) ? .failed(Self.fault) : results.popFirst()
        }
    }

    func records(
        after cursors: [Partition: IngestPosition],
        limit: Int,
        limitBytes: Int
    ) async throws(StoreError) -> [Partition: [IngestRecord]] {
        try await log.records(after: cursors, limit: limit, limitBytes: limitBytes)
    }

    func advanceLiveClock(
        of partitions: [Partition],
        to instant: Timestamp
    ) async throws(StoreError) -> [Partition: IngestPosition] {
        try await log.advanceLiveClock(of: partitions, to: instant)
    }

    var isPressed: Bool { log.isPressed }

    func heads() async throws(StoreError) -> [Partition: IngestPosition] { try await log.heads() }

    func waitingRecord(_ eventID: EventID) async throws(StoreError) -> IngestRecord? {
        try await log.waitingRecord(eventID)
    }

    func sandboxClock(of account: AccountID) async throws(StoreError) -> Timestamp? {
        try await log.sandboxClock(of: account)
    }

    func sandboxClocks(
        in partition: Partition
    ) async throws(StoreError) -> (head: IngestPosition, clocks: [AccountID: Timestamp]) {
        try await log.sandboxClocks(in: partition)
    }

    func latestLiveClock() async throws(StoreError) -> Timestamp? {
        try await log.latestLiveClock()
    }
}
