// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
import GRDB
import Logging

/// A store opened for reading, also beside the server that writes it (ADR 0025).
///
/// Every connection is read-only: nothing is written, locked or checkpointed, and a running server
/// is not held up. Each call reads the state after the last commit; calls that append or move a clock
/// throw `.unavailable`.
public final class SQLiteStoreReader: Sendable {
    /// A number that no other store has.
    public let identity: Digest
    /// How keys are spread; fixed when the store was created.
    public let partitioning: Partitioning
    /// The name by which checkpoints know this log.
    public let logName: String

    // Nothing is appended here: only what events are read by their place teaches numbers.
    let numbers = StreamNumbers()
    let sealingKeyFile: SealingKeyFile?
    private let path: String
    private let pool: DatabasePool
    private let logger: Logger
    private let recentClaims = RecentClaimsIndex()

    init(
        identity: Digest,
        partitioning: Partitioning,
        keys: SealingKeyFile?,
        logName: String,
        path: String,
        pool: DatabasePool,
        logger: Logger
    ) {
        sealingKeyFile = keys
        self.identity = identity
        self.partitioning = partitioning
        self.logName = logName
        self.path = path
        self.pool = pool
        self.logger = logger
    }

    /// Closes the file, when the reads that run have ended.
    public func close() async { await pool.closeAside(logger) }

    /// Opens the store's users, to read and to change, also beside the server.
    ///
    /// They are in a file of their own, which is created when there is none; the caller closes it.
    /// Blocks while it opens; meant for commands.
    /// - Throws: `StoreOpenError`, whose description says what to do.
    public func openUsers() throws(StoreOpenError) -> SQLiteUsers {
        do {
            return try SQLiteUsers.open(beside: path, of: identity)
        } catch {
            throw StoreOpenError(opening: error, path: path)
        }
    }

    static let refusal = StoreError(.unavailable, detail: "the store is opened for reading")
}

extension SQLiteStoreReader: StoreFileReads, LogIndex {
    /// Runs `work` on a reader, on the state after the last commit.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try await pool.answer(work)
    }
}

extension SQLiteStoreReader: EventLog, CatalogLog {
    /// Refused: the store is opened for reading.
    public func append(_ appends: [PartitionAppend]) async throws(StoreError) {
        throw Self.refusal
    }

    /// Refused: the store is opened for reading.
    public func appendCatalog(
        account: AccountID,
        expectedVersion: Int,
        form: @escaping @Sendable (LogPosition, Digest) -> StoredEvent
    ) async throws(StoreError) -> StoredEvent {
        throw Self.refusal
    }
}

extension SQLiteStoreReader: StoreContents {
    /// Claims after a scope, of those in the table and of those that are not in it yet.
    public func claims(
        in partition: Partition,
        after scope: ClaimMark?,
        limit: Int
    ) async throws(StoreError) -> [StoredClaim] {
        try await read { [recentClaims] database in
            RecentClaims.page(
                try ClaimStatements.page(in: partition, after: scope, limit: limit, database),
                try recentClaims.held(in: partition, after: scope, limit: limit, database),
                of: partition,
                limit: limit
            )
        }
    }
}

extension SQLiteStoreReader: SealingKeys {
    /// Refused: the store is opened for reading.
    public func admitKeys(
        _ candidates: [SealingKeyRecord]
    ) async throws(StoreError) -> [SealingKeyName: SealingKeyRecord] {
        throw Self.refusal
    }

    /// Refused: the store is opened for reading.
    public func destroyKeys(through name: SealingKeyName) async throws(StoreError) {
        throw Self.refusal
    }
}
