// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Synchronization
import Testing

/// Makes drafts, events and turns for the contract suite.
enum Samples {
    private static let unique = Atomic<UInt64>(1)

    static func account(_ name: String = "one") throws -> AccountID {
        try #require(AccountID("acct_" + name))
    }

    /// So many seconds after the beginning of time.
    static func time(_ seconds: Int64) -> Timestamp {
        Timestamp.earliest.adding(seconds: seconds)
    }

    static func eventID(in partition: Partition, fingerprint: UInt64 = 0) -> EventID {
        EventID(
            partition: UInt16(partition.number),
            fingerprint: fingerprint,
            unique: unique.wrappingAdd(1, ordering: .relaxed).oldValue,
            salt: 0
        )
    }

    static func eventID(of stream: StreamID, in partition: Partition) -> EventID {
        eventID(
            in: partition,
            fingerprint: Partitioning.fingerprint(account: stream.account, key: stream.key)
        )
    }

    static func claim(_ scope: String, body: String = "body") -> IdempotencyClaim {
        IdempotencyClaim(
            scope: Digest.sha256(Array(scope.utf8)),
            body: Digest.sha256(Array(body.utf8))
        )
    }

    static func draft(
        in partition: Partition,
        account: AccountID? = nil,
        clock: IngestClock = .live(now: time(100)),
        earliestReceipt: Timestamp? = nil,
        claim: IdempotencyClaim? = nil,
        payload: String = "payload",
        trace: String? = nil,
        origin: IngestOrigin = IngestOrigin(node: "one", acceptedAt: time(99), request: nil)
    ) throws -> IngestDraft {
        IngestDraft(
            account: try account ?? Samples.account(),
            partition: partition,
            eventID: eventID(in: partition),
            clock: clock,
            earliestReceipt: earliestReceipt,
            claim: claim,
            catalogVersion: 7,
            payload: Array(payload.utf8),
            trace: trace,
            origin: origin
        )
    }

    static func stream(_ key: String) throws -> StreamID {
        .outcome(try account(), Text(key))
    }

    static func event(
        _ stream: StreamID,
        version: Int,
        in partition: Partition,
        at position: Int64,
        eventID: EventID? = nil,
        previous: Digest = .zero
    ) -> StoredEvent {
        let header = Array("{\"key\":\"\(stream.key)\",\"version\":\(version)}".utf8)
        let body = Array("{\"body\":\(version)}".utf8)
        let metadata = MetadataSlot.plain(Array("{\"m\":\(version)}".utf8))
        let envelope = Array("{\"position\":\(position)}".utf8)
        return StoredEvent(
            partition: partition,
            position: LogPosition(position),
            stream: stream,
            version: version,
            eventID: eventID,
            header: header,
            body: body,
            metadata: metadata,
            envelope: envelope,
            previous: previous,
            hash: StoredEvent.hash(
                previous: previous,
                header: header,
                body: body,
                metadata: metadata,
                envelope: envelope
            )
        )
    }

    /// A turn of an owner who believes in `state`.
    static func turn(
        _ partition: Partition,
        _ state: PartitionState,
        events: [StoredEvent] = [],
        timers: [TimerChange] = [],
        cursor: Int64? = nil,
        drained: Int64? = nil
    ) -> PartitionAppend {
        PartitionAppend(
            partition: partition,
            expected: state,
            events: events,
            timers: timers,
            cursor: cursor.map(IngestPosition.init) ?? state.cursor,
            drained: drained.map(IngestPosition.init) ?? state.drained
        )
    }
}

extension IngestResult {
    /// The receipt of an accepted draft.
    var accepted: IngestReceipt? {
        guard case .accepted(let receipt) = self else { return nil }
        return receipt
    }
}

extension IngestLog {
    /// Records after a place of each partition, however large.
    func records(
        after cursors: [Partition: IngestPosition],
        limit: Int
    ) async throws(StoreError) -> [Partition: [IngestRecord]] {
        try await records(after: cursors, limit: limit, limitBytes: .max)
    }

    /// Appends one draft.
    func append(one draft: IngestDraft) async throws -> IngestResult {
        try #require(try await append([draft]).first)
    }

    /// Every waiting record of a partition.
    func allRecords(in partition: Partition) async throws -> [IngestRecord] {
        var all: [IngestRecord] = []
        while true {
            let cursor = all.last?.receipt.position ?? .start
            let page = try await records(after: [partition: cursor], limit: 100)
            guard let more = page[partition], !more.isEmpty else { return all }
            all += more
        }
    }

    /// The last place of one partition.
    func head(of partition: Partition) async throws -> Int64 {
        try #require(try await heads()[partition]).value
    }
}

extension EventLog {
    /// Where one partition stands.
    func state(of partition: Partition) async throws -> PartitionState {
        try #require(try await state(of: [partition])[partition])
    }

    /// Whole streams, as a fold that keeps everything.
    func streams(
        _ wanted: [Partition: [StreamID]]
    ) async throws -> [StreamID: [StoredEvent]] {
        try await fold(wanted, from: []) { events, event in events.append(event) }
    }

    /// The reason a call fails for; nil when it does not fail.
    func failure(_ appends: [PartitionAppend]) async -> StoreError.Reason? {
        do throws(StoreError) {
            try await append(appends)
            return nil
        } catch {
            return error.reason
        }
    }
}
