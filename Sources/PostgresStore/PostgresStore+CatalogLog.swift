// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

extension PostgresStore: CatalogLog {
    /// So often an append is tried again whose place another node's change has taken.
    private static let catalogAttempts = 64

    private enum Attempt {
        case appended(StoredEvent, made: [StreamID: StreamNumber])
        case placeTaken
    }

    /// Appends one event to an account's stream if the stream is at `expectedVersion`.
    public func appendCatalog(
        account: AccountID,
        expectedVersion: Int,
        form: @escaping @Sendable (LogPosition, Digest) -> StoredEvent
    ) async throws(StoreError) -> StoredEvent {
        let partition = partitioning.catalogPartition
        return try await catalogTurns.take { () async throws(StoreError) in
            for _ in 0..<Self.catalogAttempts {
                let attempt = try await pool.use(isRepeatable: false) {
                    [numbers, instance] connection in
                    try Self.attempt(
                        account,
                        expectedVersion,
                        form,
                        in: partition,
                        by: instance,
                        StreamDirectory(connection: connection, numbers: numbers)
                    )
                }
                guard case .appended(let event, let made) = attempt else { continue }
                numbers.remember(made.mapValues(\.value))
                return event
            }
            throw StoreError(.unavailable, detail: "the catalogs change too fast")
        }
    }

    /// Reads where the log stands and appends there, unless somebody else has meanwhile.
    private static func attempt(
        _ account: AccountID,
        _ expectedVersion: Int,
        _ form: (LogPosition, Digest) -> StoredEvent,
        in partition: Partition,
        by instance: NodeInstance,
        _ directory: StreamDirectory
    ) throws -> Attempt {
        let stream = StreamID.catalog(account)
        let states = try PartitionStatements.states(of: [partition], directory.connection)
        guard let state = states[partition] else {
            throw StoreError(.damaged, detail: "the catalogs' partition is missing")
        }
        let last = try lastVersion(of: stream, in: partition, directory)
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
        do {
            return .appended(event, made: try EventAppend.write(turn, by: instance, directory))
        } catch  where StoreError(postgres: error).reason == .conflict {
            return .placeTaken
        }
    }

    private static func lastVersion(
        of stream: StreamID,
        in partition: Partition,
        _ directory: StreamDirectory
    ) throws -> (version: Int, hash: Digest) {
        let wanted = PartitionStream(partition: partition, stream: stream)
        guard let number = try directory.numbers(of: [wanted])[wanted] else { return (0, .zero) }
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(number.first)
        let last = try directory.connection.first(CatalogStatements.selectLast, parameters) { row in
            (version: Int(row.integer(0)), hash: try row.digest(1))
        }
        return last ?? (0, .zero)
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
