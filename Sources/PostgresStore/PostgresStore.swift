// SPDX-License-Identifier: Apache-2.0

import Dispatch
public import EventStore
public import ExactValues
public import Logging
import Synchronization

/// The store for more than one node: PostgreSQL, over libpq.
///
/// What a call answers is durable. Any number of nodes may use one store: each appends to the ingest
/// logs, and only a partition's owner to its event log (ADR 0021).
public final class PostgresStore: Sendable {
    /// A number that no other store has.
    public let identity: Digest
    /// How keys are spread; fixed when the store was created.
    public let partitioning: Partitioning

    let pool: PostgresPool
    let intake: IntakeQueue
    let sweep = IngestSweep()
    let backlog = BacklogCount()
    let numbers = StreamNumbers()
    let catalogTurns = CatalogTurns()
    let tail = IngestTail()
    let logger: Logger
    private let nodeLock: NodeLock?
    private let failureSink: AsyncStream<StoreError>.Continuation

    /// Ends when the store is closed; there is no failure after which only a restart helps.
    public let failures: AsyncStream<StoreError>

    // Whose turn it is when a read cannot serve every partition.
    private let turn = Atomic<Int>(0)

    private init(
        identity: Digest,
        partitioning: Partitioning,
        pool: PostgresPool,
        nodeLock: NodeLock?,
        logger: Logger
    ) {
        self.identity = identity
        self.partitioning = partitioning
        self.pool = pool
        self.logger = logger
        intake = IntakeQueue(
            pool: pool,
            catalogPartition: partitioning.catalogPartition,
            tail: tail
        )
        self.nodeLock = nodeLock
        (failures, failureSink) = AsyncStream.makeStream(of: StoreError.self)
    }

    /// How a store is reached.
    public struct Settings: Sendable {
        /// A `postgres://` URL or libpq's keywords; what is not in it comes from `PG*` variables.
        public var target: String
        /// The schema that holds the tables.
        public var schema = "assay"
        /// The connections of this node.
        public var connections = 12
        /// Whether no other node may run on the store.
        public var isSole = true
        /// The longest that a statement may take, in seconds.
        public var statementSeconds = 10

        /// The settings of a target, as they are unless set.
        public init(target: String) { self.target = target }
    }

    /// Opening may take so long in all: another node may be migrating.
    private static let openingLimitSeconds = 600

    /// Connects, creates the tables when there are none yet, and brings them up to date.
    ///
    /// - Parameters:
    ///   - settings: How it is reached.
    ///   - partitions: For a new store, 64 unless given; of an existing one it must be the number
    ///     it was created with, or nil.
    ///   - logger: Where trouble is told.
    /// - Returns: The store, ready for use.
    /// - Throws: `PostgresOpenError`, whose description says what to do.
    public static func open(
        _ settings: Settings,
        partitions: Int? = nil,
        logger: Logger = Logger(label: "assay.store")
    ) async throws(PostgresOpenError) -> PostgresStore {
        let asked = partitions ?? Partitioning.defaultCount
        guard Partitioning(count: asked) != nil else { throw .partitionCountInvalid(asked) }
        guard settings.schema.utf8.allSatisfy(Self.isPlain), !settings.schema.isEmpty else {
            throw .failed("'\(settings.schema)' is no name for a schema")
        }
        let pool = PostgresPool(
            target: settings.target,
            schema: settings.schema,
            connections: max(2, settings.connections),
            limitSeconds: max(2, settings.statementSeconds)
        )
        typealias Opened = (count: Int, identity: Digest, nodeLock: NodeLock?)
        let result: Result<Opened, any Error> =
            await withCheckedContinuation { waiting in
                pool.submit(
                    deadline: .now() + .seconds(Self.openingLimitSeconds),
                    { connection in
                        let nodeLock = try lock(settings)
                        try StoreSchema.migrate(connection, schema: settings.schema)
                        let (count, identity) = try StoreSchema.prepare(
                            connection,
                            partitions: asked
                        )
                        return (count, identity, nodeLock)
                    },
                    done: { waiting.resume(returning: $0) }
                )
            }
        do {
            let (count, identity, nodeLock) = try result.get()
            guard let partitioning = Partitioning(count: count) else {
                throw PostgresOpenError.damaged("\(count) partitions")
            }
            if let partitions, partitions != count {
                throw PostgresOpenError.partitionsDiffer(stored: count, asked: partitions)
            }
            return PostgresStore(
                identity: identity,
                partitioning: partitioning,
                pool: pool,
                nodeLock: nodeLock,
                logger: logger
            )
        } catch {
            await pool.close()
            throw PostgresOpenError(opening: error)
        }
    }

    private static func lock(_ settings: Settings) throws -> NodeLock? {
        guard settings.isSole else { return nil }
        return try NodeLock(
            target: settings.target,
            schema: settings.schema,
            limitSeconds: max(2, settings.statementSeconds)
        )
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x30...0x39, 0x5F: true
        default: false
        }
    }

    /// Takes nothing more, finishes what waits and closes the connections; later calls throw
    /// `.closed`.
    public func close() async {
        await intake.close()
        await pool.close()
        nodeLock?.release()
        failureSink.finish()
    }

    /// How many records have been accepted and not yet processed, as far as this node has seen.
    public func ingestBacklog() -> Int { backlog.records }

    func nextTurn() -> Int {
        turn.wrappingAdd(1, ordering: .relaxed).oldValue
    }
}

extension PostgresOpenError {
    /// Names whatever went wrong while opening.
    init(opening error: any Error) {
        switch error {
        case let known as PostgresOpenError:
            self = known
        case let failure as PostgresFailure:
            switch failure.kind {
            case .notSent, .unknown: self = .unreachable(failure.message)
            case .refused(let state) where state.hasPrefix("28"):
                self = .unreachable(failure.message)
            case .refused("42501"): self = .notAllowed(failure.message)
            case .refused("25006"): self = .readOnly
            case .refused(let state): self = .failed("\(state): \(failure.message)")
            }
        case let failure as StoreError where failure.reason == .damaged:
            self = .damaged(failure.detail)
        default:
            self = .failed(String(describing: error))
        }
    }
}
