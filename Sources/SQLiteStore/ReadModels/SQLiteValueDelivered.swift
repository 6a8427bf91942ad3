// SPDX-License-Identifier: Apache-2.0

public import EventSchema
public import EventStore
import ExactValues
import GRDB
import OutcomeDomain
public import ProjectionKit
import ValueDelivered

/// Delivered value in SQLite.
public struct SQLiteValueDelivered: ReadModel {
    /// The projection's name.
    public static let name = "value_delivered"

    let store: ReadModelStore
    let statements: ValueDeliveredStatements

    init(store: ReadModelStore) {
        self.store = store
        statements = ValueDeliveredStatements()
    }

    /// How far the rows have got.
    public func checkpoints() async throws(StoreError) -> [Partition: LogPosition] {
        try await store.checkpoints()
    }

    /// Adds records and what they come to; facts of outcomes change nothing here.
    public func apply(
        _ facts: [LoggedFact],
        checkpoints: [Partition: LogPosition]
    ) async throws(ReadModelError) {
        try await store.apply(
            facts,
            taking: \.value,
            streams: { _ in .none },
            load: { _, _, _ in },
            fold: { (facts, _, _: Void) throws(ProjectionFailure) in try Self.records(facts) },
            save: save
        )
    }

    private static func records(
        _ facts: [RecordedValue]
    ) throws(ProjectionFailure) -> [ValueRecord] {
        var records: [ValueRecord] = []
        records.reserveCapacity(facts.count)
        for fact in facts {
            records.append(try ValueRecord(fact))
        }
        return records
    }

    @Sendable
    private func save(
        _ records: [ValueRecord],
        _ streams: BatchStreams,
        _ database: Database
    ) throws {
        guard !records.isEmpty else { return }
        let accounts = try ReadModelStatements.makeNumbers(
            of: Set(records.map(\.account)),
            database
        )
        var sums = ValueSums()
        let insert = try BoundStatement(database, statements.insert)
        for record in records {
            guard let account = accounts[record.account] else { continue }
            try ValueDeliveredStatements.insert(record, account: account, insert)
            sums.add(record, account: account)
        }
        try statements.totals.add(sums, database)
    }
}
