// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Foundation
import Synchronization
import Testing

@testable import PostgresStore

/// The server that `ASSAY_TEST_POSTGRES` names; without one these tests are not run, in CI they fail
/// (`PostgresPresenceTests`).
enum TestServer {
    static let target = ProcessInfo.processInfo.environment["ASSAY_TEST_POSTGRES"]
    static var isThere: Bool { target != nil }

    /// Settings of a store of one's own.
    static func settings(
        schema: String = "t_" + UUID().uuidString.lowercased().replacing("-", with: "_")
    ) throws -> PostgresStore.Settings {
        var settings = PostgresStore.Settings(target: try #require(target))
        // A name of its own tells its connections from those of other tests.
        settings.target += " application_name=\(schema.isEmpty ? "none" : "'\(schema)'")"
        settings.schema = schema
        settings.connections = 4
        return settings
    }

    /// A connection beside those of the stores.
    static func connection(
        _ settings: PostgresStore.Settings,
        limitSeconds: Int = 10
    ) throws -> PostgresConnection {
        let connection = try PostgresConnection(
            to: settings.target,
            limitSeconds: limitSeconds
        )
        try connection.run("SET search_path TO \"\(settings.schema)\"")
        return connection
    }
}

extension PostgresConnection {
    /// The whole numbers of a query's first column.
    func integers(_ sql: String) throws -> [Int64] {
        try all(PostgresStatement("test_\(abs(sql.hashValue))", sql)) { $0.integer(0) }
    }
}

/// Makes drafts.
enum Drafts {
    private static let unique = Atomic<UInt64>(1)
    static let partition = Partition(1)

    static func draft(
        now: Int64 = 100,
        claim: String? = nil,
        in partition: Partition = partition,
        account: AccountID? = nil,
        catalogVersion: Int = 1,
        fingerprint: UInt64 = 0
    ) throws -> IngestDraft {
        let number = unique.wrappingAdd(1, ordering: .relaxed).oldValue
        return IngestDraft(
            account: try account ?? #require(AccountID("acct_one")),
            partition: partition,
            eventID: EventID(
                partition: UInt16(partition.number),
                fingerprint: fingerprint,
                unique: number,
                salt: 0
            ),
            clock: .live(now: Timestamp.earliest.adding(seconds: now)),
            earliestReceipt: nil,
            claim: claim.map {
                IdempotencyClaim(scope: Digest.sha256(Array($0.utf8)), body: .zero)
            },
            catalogVersion: catalogVersion,
            payload: Array("{}".utf8),
            trace: nil,
            origin: IngestOrigin(node: "one", acceptedAt: .earliest, request: nil)
        )
    }

    /// The first event of a stream and of the partition.
    static func event(_ stream: StreamID, eventID: EventID? = nil) -> StoredEvent {
        StoredEvent(
            partition: partition,
            position: LogPosition(1),
            stream: stream,
            version: 1,
            eventID: eventID,
            header: [1],
            body: [2],
            metadata: .empty,
            envelope: [3],
            previous: .zero,
            hash: .zero
        )
    }

    /// A turn that adds these events.
    static func turn(
        _ state: PartitionState,
        _ events: [StoredEvent],
        cursor: Int64
    ) -> PartitionAppend {
        PartitionAppend(
            partition: partition,
            expected: state,
            events: events,
            timers: [],
            cursor: IngestPosition(cursor),
            drained: IngestPosition(cursor)
        )
    }
}
