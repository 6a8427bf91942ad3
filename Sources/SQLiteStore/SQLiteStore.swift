// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
import GRDB
import Logging
import Synchronization

/// The embedded store: one SQLite file, its write-ahead log, and one process at a time; beside it
/// files of read models that can be thrown away.
///
/// What a call answers is durable (WAL, `synchronous=FULL`). Everything that writes goes through
/// one writer; reads run beside it on the state after the last commit.
public final class SQLiteStore: Sendable {
    /// A number that no other store has.
    public let identity: Digest
    /// How keys are spread; fixed when the store was created.
    public let partitioning: Partitioning
    /// The name by which checkpoints know this log.
    public let logName: String
    /// Who may sign in; kept in a file of its own.
    public let users: SQLiteUsers

    let writer: StoreWriter
    let readModels: ReadModelSet
    let keyFile: SealingKeyFile
    let numbers = StreamNumbers()
    private let lock: StoreLock
    // Whose turn it is when a read cannot serve every partition.
    private let turn = Atomic<Int>(0)

    init(
        identity: Digest,
        partitioning: Partitioning,
        logName: String,
        writer: StoreWriter,
        readModels: ReadModelSet,
        keyFile: SealingKeyFile,
        users: SQLiteUsers,
        lock: StoreLock
    ) {
        self.identity = identity
        self.partitioning = partitioning
        self.logName = logName
        self.writer = writer
        self.readModels = readModels
        self.keyFile = keyFile
        self.users = users
        self.lock = lock
    }

    /// Yields the error after which nothing is acknowledged any more.
    ///
    /// Its one reader ends the process, so that a restart recovers. The stream ends after that
    /// error, and without one when the store is closed.
    public var failures: AsyncStream<StoreError> { writer.failures }

    /// How many records have been accepted and not yet processed; read from memory.
    public func ingestBacklog() -> Int {
        Int(writer.intakeState.withLock { $0.backlog })
    }

    func nextTurn() -> Int {
        turn.wrappingAdd(1, ordering: .relaxed).oldValue
    }

    /// Takes nothing more, finishes what waits and closes the file; later calls throw `.closed`.
    ///
    /// After a failed flush the file is left as it is, and locked until the process ends.
    public func close() async {
        await readModels.close()
        await users.close()
        guard await writer.close() else { return }
        lock.release()
    }
}
