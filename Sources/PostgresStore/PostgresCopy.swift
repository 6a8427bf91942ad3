// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import Identity
import Synchronization

/// A PostgreSQL store that is being made as a copy of another.
///
/// One command at a time writes to it, and no node serves it before it is released.
public final class PostgresCopy: StoreCopyTarget {
    /// The state of the source that the copy so far is part of.
    public var level: Digest { mark.withLock { $0 } }

    private let mark: Mutex<Digest>
    private let store: PostgresStore
    private let lock: CopyLock

    private init(store: PostgresStore, lock: CopyLock, level: Digest) {
        self.store = store
        self.lock = lock
        mark = Mutex(level)
    }

    /// What is there so far.
    public var contents: any StoreContents { store }

    /// Where users are copied to.
    public var identities: any IdentityStore { store }

    /// Removes the users that an earlier run has copied: since then some may have gone or changed.
    public func clearUsers() async throws(StoreError) {
        try await store.pool.use { try UserStatements.removeAll($0) }
    }

    /// Connects and makes an empty store that is marked as a copy, or goes on with one.
    ///
    /// - Parameters:
    ///   - settings: How it is reached.
    ///   - source: The identity of the store that is copied.
    ///   - logName: The name of its log, under which the copy goes on.
    ///   - level: The state it is in; what a new copy is part of.
    ///   - partitioning: How its keys are spread.
    /// - Returns: The copy, locked against other commands until it is closed.
    /// - Throws: `PostgresOpenError`, whose description says what to do.
    public static func open(
        _ settings: PostgresStore.Settings,
        of source: Digest,
        logName: String,
        level: Digest,
        partitioning: Partitioning
    ) async throws(PostgresOpenError) -> PostgresCopy {
        let pool = PostgresStore.makePool(settings, connections: 1)
        typealias Opened = (lock: CopyLock, level: Digest)
        let result: Result<Opened, any Error> = await withCheckedContinuation { waiting in
            pool.submit(
                { connection in
                    let lock = try CopyLock(settings)
                    try StoreSchema.migrate(connection, schema: settings.schema)
                    try StoreTables.check(connection, schema: settings.schema, isCopying: true)
                    let row = try StoreRowStatements.prepare(
                        connection,
                        partitions: partitioning.count,
                        copy: (source, level, logName)
                    )
                    return (lock, try Self.level(of: row, source))
                },
                done: { waiting.resume(returning: $0) }
            )
        }
        await pool.close()
        do {
            let (lock, level) = try result.get()
            var settings = settings
            settings.isCopyTarget = true
            let store = try await PostgresStore.open(settings, partitions: partitioning.count)
            return PostgresCopy(store: store, lock: lock, level: level)
        } catch {
            throw PostgresOpenError(opening: error)
        }
    }

    private static func level(of row: StoreRow, _ source: Digest) throws -> Digest {
        let isOurs = row.copySource == source
        guard let level = row.copyLevel else {
            throw PostgresOpenError.holdsStore(isFinishedCopy: isOurs)
        }
        guard isOurs else { throw PostgresOpenError.holdsOtherCopy }
        return level
    }

    /// The last of what was written to a partition.
    public func progress(in partition: Partition) async throws(StoreError) -> CopyProgress {
        try await store.pool.use { try CopyStatements.progress(in: partition, $0) }
    }

    /// Appends events and timers to a partition, if its log stands where it is expected.
    public func append(_ turn: PartitionAppend) async throws(StoreError) {
        try await store.write(turn)
    }

    /// Adds claims of one partition.
    public func add(
        _ claims: [StoredClaim],
        in partition: Partition
    ) async throws(StoreError) {
        let level = level
        try await store.pool.use { try CopyStatements.add(claims, in: partition, level: level, $0) }
    }

    /// Adds waiting records of one partition.
    public func add(
        _ records: [IngestRecord],
        in partition: Partition
    ) async throws(StoreError) {
        let level = level
        try await store.pool.use { connection in
            try CopyStatements.add(records, in: partition, level: level, connection)
        }
    }

    /// Adds test clocks of one partition.
    public func add(
        _ clocks: [SandboxClock],
        in partition: Partition
    ) async throws(StoreError) {
        let level = level
        try await store.pool.use { try CopyStatements.add(clocks, in: partition, level: level, $0) }
    }

    /// Adds a partition's next checkpoint.
    public func add(_ checkpoint: CheckpointAppend) async throws(StoreError) {
        let written = try await store.appendCheckpoints([checkpoint])
        guard written.contains(checkpoint.checkpoint.partition) else {
            throw StoreError(.conflict, detail: "the target's log is not that of a checkpoint")
        }
    }

    /// Adds the keys that have signed.
    public func add(_ keys: [StoredSigningKey]) async throws(StoreError) {
        for key in keys { try await store.register(key) }
    }

    /// Adds sealing keys of one partition.
    public func add(
        _ keys: [SealingKeyRecord],
        in partition: Partition
    ) async throws(StoreError) {
        let level = level
        try await store.pool.use { try CopyStatements.add(keys, in: partition, level: level, $0) }
    }

    /// Puts heads, cursor and live clock where the source has them.
    public func set(_ heads: PartitionHeads) async throws(StoreError) {
        let level = level
        try await store.pool.use { try CopyStatements.set(heads, level: level, $0) }
    }

    /// Removes waiting records, test clocks and timers of a partition.
    public func clearPassing(in partition: Partition) async throws(StoreError) {
        let level = level
        try await store.pool.use { connection in
            try CopyStatements.clearPassing(in: partition, level: level, connection)
        }
    }

    /// Takes note that everything written so far is part of this state of the source.
    public func accept(_ level: Digest) async throws(StoreError) {
        try await setLevel(level)
    }

    /// Lets the store be served.
    public func release() async throws(StoreError) {
        try await setLevel(nil)
    }

    /// Moves the mark, if it is where it was left: what was compared is what is released.
    private func setLevel(_ level: Digest?) async throws(StoreError) {
        let before = self.level
        let isSet = try await store.pool.use(isRepeatable: false) {
            try StoreRowStatements.moveLevel(from: before, to: level, $0)
        }
        guard isSet else {
            throw StoreError(.conflict, detail: "the copy was released, or begun anew, meanwhile")
        }
        mark.withLock { $0 = level ?? before }
    }

    /// Closes the connections; an unfinished copy can be gone on with.
    public func close() async {
        await store.close()
        lock.release()
    }
}
