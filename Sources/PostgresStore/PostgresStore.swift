// SPDX-License-Identifier: Apache-2.0

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
    let sweep: IngestSweep
    let numbers = StreamNumbers()
    let logger: Logger
    // Whose turn it is when a read cannot serve every partition.
    private let turn = Atomic<Int>(0)

    private init(
        identity: Digest,
        partitioning: Partitioning,
        pool: PostgresPool,
        logger: Logger
    ) {
        self.identity = identity
        self.partitioning = partitioning
        self.pool = pool
        self.logger = logger
        intake = IntakeQueue(pool: pool)
        sweep = IngestSweep()
    }

    /// How a store is reached.
    public struct Settings: Sendable {
        /// A `postgres://` URL or libpq's keywords; what is not in it comes from `PG*` variables.
        public var target: String
        /// The schema that holds the tables.
        public var schema = "assay"
        /// The connections of this node.
        public var connections = 12
        /// The longest that a statement may take, in seconds.
        public var statementSeconds = 10

        /// The settings of a target, as they are unless set.
        public init(target: String) { self.target = target }
    }

    /// Connects, creates the tables when there are none yet, and brings them up to date.
    ///
    /// - Parameters:
    ///   - settings: How it is reached.
    ///   - partitions: For a new store, 64 unless given; of an existing one it must be the number
    ///     it was created with, or nil.
    ///   - logger: Where trouble is told.
    /// - Returns: The store, ready for use.
    /// - Throws: `StoreOpenError`, whose description says what to do.
    public static func open(
        _ settings: Settings,
        partitions: Int? = nil,
        logger: Logger = Logger(label: "assay.store")
    ) async throws(StoreOpenError) -> PostgresStore {
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
        let result: Result<(count: Int, identity: Digest), any Error> =
            await withCheckedContinuation { waiting in
                pool.submit(
                    { connection in
                        try StoreSchema.migrate(connection, schema: settings.schema)
                        return try StoreSchema.prepare(connection, partitions: asked)
                    },
                    done: { waiting.resume(returning: $0) }
                )
            }
        do {
            let (count, identity) = try result.get()
            guard let partitioning = Partitioning(count: count) else {
                throw StoreOpenError.damaged("\(count) partitions")
            }
            if let partitions, partitions != count {
                throw StoreOpenError.partitionsDiffer(stored: count, asked: partitions)
            }
            return PostgresStore(
                identity: identity,
                partitioning: partitioning,
                pool: pool,
                logger: logger
            )
        } catch {
            await pool.close()
            throw StoreOpenError(opening: error)
        }
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
        intake.close()
        await pool.close()
    }

    func nextTurn() -> Int {
        turn.wrappingAdd(1, ordering: .relaxed).oldValue
    }
}

extension StoreOpenError {
    /// Names whatever went wrong while opening.
    init(opening error: any Error) {
        switch error {
        case let known as StoreOpenError:
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
