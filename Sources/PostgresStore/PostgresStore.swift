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
    /// The name by which checkpoints know this log.
    public let logName: String

    /// This node.
    public let instance: NodeInstance

    let pool: PostgresPool
    /// For claims and for following other nodes, which must not wait behind requests.
    let leasePool: PostgresPool
    /// For renewing the lease, which must not wait behind anything.
    let renewalPool: PostgresPool
    let intake: IntakeQueue
    let sweep = IngestSweep()
    let backlog = BacklogCount()
    let numbers: StreamNumbers
    let catalogTurns = CatalogTurns()
    let tail: IngestTail
    let logger: Logger
    private let failureSink: AsyncStream<StoreError>.Continuation

    /// Ends when the store is closed; there is no failure after which only a restart helps.
    public let failures: AsyncStream<StoreError>

    // Whose turn it is when a read cannot serve every partition.
    private let turn = Atomic<Int>(0)

    private init(
        identity: Digest,
        partitioning: Partitioning,
        logName: String,
        instance: NodeInstance,
        pool: PostgresPool,
        leasePool: PostgresPool,
        renewalPool: PostgresPool,
        numbers: StreamNumbers,
        tail: IngestTail,
        logger: Logger
    ) {
        self.numbers = numbers
        self.tail = tail
        self.identity = identity
        self.partitioning = partitioning
        self.logName = logName
        self.instance = instance
        self.pool = pool
        self.leasePool = leasePool
        self.renewalPool = renewalPool
        self.logger = logger
        intake = IntakeQueue(
            pool: pool,
            catalogPartition: partitioning.catalogPartition,
            tail: tail
        )
        (failures, failureSink) = AsyncStream.makeStream(of: StoreError.self)
    }

    /// The schema that holds the tables, unless another is named.
    public static let defaultSchema = "assay"

    /// How a store is reached.
    public struct Settings: Sendable {
        /// A `postgres://` URL or libpq's keywords; what is not in it comes from `PG*` variables.
        public var target: String
        /// The schema that holds the tables.
        public var schema = PostgresStore.defaultSchema
        /// The connections of this node, besides three for its leases.
        public var connections = 12
        /// The node, by which others know its sessions.
        public var instance = NodeInstance.random()
        /// The longest that a statement may take, in seconds.
        public var statementSeconds = 10
        /// The longest that a statement about leases may take, in seconds: less than a lease.
        public var leaseStatementSeconds = 2
        /// Whether it is only read: then nothing is created or migrated, and a standby serves.
        public var isForReading = false
        /// Whether an unfinished copy is opened, to go on copying.
        var isCopyTarget = false

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
        let (numbers, tail) = (StreamNumbers(), IngestTail())
        let pool = makePool(settings, connections: max(2, settings.connections)) {
            // After a fail-over they may be of a log that is not there any more.
            numbers.forgetAll()
            tail.forgetAll()
        }
        var brief = settings
        brief.statementSeconds = settings.leaseStatementSeconds
        let leasePool = makePool(brief, connections: leaseConnections)
        let renewalPool = makePool(brief, connections: 1, isLocal: true)
        do {
            let row = try await prepare(pool, settings, partitions: asked)
            let count = row.partitions
            guard let partitioning = Partitioning(count: count) else {
                throw PostgresOpenError.damaged("\(count) partitions")
            }
            if let partitions, partitions != count {
                throw PostgresOpenError.partitionsDiffer(stored: count, asked: partitions)
            }
            return PostgresStore(
                identity: row.identity,
                partitioning: partitioning,
                logName: row.logName,
                instance: settings.instance,
                pool: pool,
                leasePool: leasePool,
                renewalPool: renewalPool,
                numbers: numbers,
                tail: tail,
                logger: logger
            )
        } catch {
            await pool.close()
            await leasePool.close()
            await renewalPool.close()
            throw PostgresOpenError(opening: error)
        }
    }

    /// One claims, the other follows the heads.
    private static let leaseConnections = 2

    static func makePool(
        _ settings: Settings,
        connections: Int,
        isLocal: Bool = false,
        onLost: @escaping @Sendable () -> Void = {}
    ) -> PostgresPool {
        PostgresPool(
            target: settings.target,
            schema: settings.schema,
            session: settings.instance.description,
            connections: connections,
            limitSeconds: max(2, settings.statementSeconds),
            isLocal: isLocal,
            onLost: onLost
        )
    }

    private static func prepare(
        _ pool: PostgresPool,
        _ settings: Settings,
        partitions: Int
    ) async throws -> StoreRow {
        let result: Result<StoreRow, any Error> = await withCheckedContinuation { waiting in
            pool.submit(
                deadline: .now() + .seconds(openingLimitSeconds),
                { connection in
                    let row: StoreRow
                    if settings.isForReading {
                        try StoreSchema.check(connection, schema: settings.schema)
                        row = try StoreRowStatements.known(connection)
                    } else {
                        try StoreSchema.migrate(connection, schema: settings.schema)
                        row = try StoreRowStatements.prepare(connection, partitions: partitions)
                    }
                    guard row.copyLevel == nil || settings.isCopyTarget else {
                        throw PostgresOpenError.copyUnfinished
                    }
                    return row
                },
                done: { waiting.resume(returning: $0) }
            )
        }
        return try result.get()
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
        await leasePool.close()
        await renewalPool.close()
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
