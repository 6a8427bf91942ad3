// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

extension PostgresStore: CatalogLog {
    /// So often an append is tried again whose place another account's change has taken.
    private static let catalogAttempts = 64

    private enum Attempt {
        case appended(StoredEvent)
        case placeTaken
    }

    /// Appends one event to an account's stream if the stream is at `expectedVersion`.
    public func appendCatalog(
        account: AccountID,
        expectedVersion: Int,
        form: @escaping @Sendable (LogPosition, Digest) -> StoredEvent
    ) async throws(StoreError) -> StoredEvent {
        for _ in 0..<Self.catalogAttempts {
            let attempt = try await attempt(account, expectedVersion, form)
            if case .appended(let event) = attempt { return event }
        }
        throw StoreError(.unavailable, detail: "the catalogs change too fast")
    }

    /// Reads where the log stands and appends there, unless somebody else has meanwhile.
    private func attempt(
        _ account: AccountID,
        _ expectedVersion: Int,
        _ form: @escaping @Sendable (LogPosition, Digest) -> StoredEvent
    ) async throws(StoreError) -> Attempt {
        let stream = StreamID.catalog(account)
        let partition = partitioning.catalogPartition
        let states = try await state(of: [partition])
        guard let state = states[partition] else {
            throw StoreError(.damaged, detail: "the catalogs' partition is missing")
        }
        let last = try await lastVersion(of: stream, in: partition)
        guard last.version == expectedVersion else {
            throw StoreError(.conflict, detail: "the catalog is at \(last.version)")
        }
        let event = form(state.head.next, last.hash)
        guard event.stream == stream, event.partition == partition,
            event.position == state.head.next, event.version == expectedVersion + 1
        else {
            throw StoreError(.conflict, detail: "a catalog event is not where it belongs")
        }
        let turn = PartitionAppend(
            partition: partition,
            expected: state,
            events: [event],
            timers: [],
            cursor: state.cursor,
            drained: state.drained
        )
        do throws(StoreError) {
            try await write(turn)
            return .appended(event)
        } catch {
            guard error.reason == .conflict else { throw error }
            return .placeTaken
        }
    }

    private func lastVersion(
        of stream: StreamID,
        in partition: Partition
    ) async throws(StoreError) -> (version: Int, hash: Digest) {
        try await pool.use { [numbers] connection in
            let directory = StreamDirectory(connection: connection, numbers: numbers)
            let wanted = PartitionStream(partition: partition, stream: stream)
            guard let number = try directory.numbers(of: [wanted])[wanted] else {
                return (0, .zero)
            }
            var parameters = PostgresParameters()
            parameters.add(integer: partition.number)
            parameters.add(number.first)
            let last = try connection.first(CatalogStatements.selectLast, parameters) { row in
                (version: Int(row.integer(0)), hash: try row.digest(1))
            }
            return last ?? (0, .zero)
        }
    }

    /// The ids of all accounts, in order of creation.
    public func accounts() async throws(StoreError) -> [AccountID] {
        var parameters = PostgresParameters()
        parameters.add(integer: partitioning.catalogPartition.number)
        return try await pool.use { [parameters] connection in
            try connection.all(CatalogStatements.selectAccounts, parameters) { try $0.account(0) }
        }
    }
}
