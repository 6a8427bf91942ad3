// SPDX-License-Identifier: Apache-2.0

import AsyncAlgorithms
public import EventStore
public import ExactValues
public import Logging
import Metrics
public import ServiceLifecycle
import TransparencyLog

/// Follows the event log, grows a Merkle tree for each partition that the node owns, and signs
/// checkpoints of them: every so many events, every so many seconds, when asked, and at shutdown.
///
/// What it knows is in memory; after a restart it goes on from the last checkpoint, once it has seen
/// that the log still has that root. Where it has not, it signs nothing more.
public actor CheckpointKeeper: Service {
    /// How the node stands, as the keeper sees it.
    public struct Surroundings: Sendable {
        /// The partitions whose checkpoints the node makes at the moment.
        public let owned: @Sendable () -> Set<Partition>
        /// Where event logs stand, as far as is known in memory.
        public let heads: @Sendable () -> [Partition: LogPosition]
        /// What the node's clock says.
        public let now: @Sendable () -> Timestamp

        /// Puts the surroundings together.
        public init(
            owned: @escaping @Sendable () -> Set<Partition>,
            heads: @escaping @Sendable () -> [Partition: LogPosition],
            now: @escaping @Sendable () -> Timestamp
        ) {
            self.owned = owned
            self.heads = heads
            self.now = now
        }
    }

    /// The keeper looks so often for what is new in memory.
    static let interval: Duration = .milliseconds(250)
    /// It looks so often for what only the store or the key's file can tell.
    static let lookInterval: Duration = .seconds(1)
    /// A partition's tree grows by at most so many leaves in a turn.
    static let turnLimitEvents = 65_536
    /// Hashes are read from the store so many at a time.
    static let readLimitEvents = 4_096
    /// At most so many callers wait for a checkpoint.
    static let waitersLimit = 1_000

    /// How the making of checkpoints stands.
    public nonisolated let health = CheckpointHealth()

    let log: any EventLog & CheckpointLog
    let catalogPartition: Partition
    let feed: HashFeed
    let keys: any SigningKeySource
    let surroundings: Surroundings
    let settings: CheckpointSettings
    let logger: Logger
    let made = Counter(label: "assay_checkpoints_total")
    let age = Gauge(label: "assay_checkpoint_age_seconds")
    let mismatches = Gauge(label: "assay_checkpoint_mismatches")

    var trees: [Partition: PartitionTree] = [:]
    var identity: SigningIdentity?
    var registered: Set<String> = []
    var lastLook: ContinuousClock.Instant?
    private var demanded: Set<Partition> = []
    private var waiters: [CheckedContinuation<Void, Never>] = []
    private var hasEnded = false
    private let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    /// Puts a keeper together; it does nothing until it is run.
    public init(
        log: any EventLog & CheckpointLog,
        partitioning: Partitioning,
        feed: HashFeed,
        keys: any SigningKeySource,
        surroundings: Surroundings,
        settings: CheckpointSettings,
        logger: Logger
    ) {
        self.log = log
        catalogPartition = partitioning.catalogPartition
        self.feed = feed
        self.keys = keys
        self.surroundings = surroundings
        self.settings = settings
        self.logger = logger
        (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Makes checkpoints until graceful shutdown, and one more of all that is not signed then.
    public func run() async throws {
        let ticks = AsyncTimerSequence(interval: Self.interval, clock: .continuous).map { _ in () }
        for await _ in merge(wakes, ticks).cancelOnGracefulShutdown() {
            if await turn(), isBehind { waker.yield() }
        }
        await finish()
        hasEnded = true
        tell(waiters)
        waiters = []
    }

    /// Signs everything there is, for when nothing more is written.
    ///
    /// - Returns: Whether all is signed.
    @discardableResult
    public func finish() async -> Bool {
        lastLook = nil
        var before: Int64 = -1
        while isBehind || hasUnopened || before < 0 {
            guard await turn(signsAll: true) else { return false }
            let signed = trees.values.reduce(0) { $0 + $1.signedSize }
            // What is refused now is refused the next time as well.
            guard signed > before, !Task.isCancelled else { break }
            before = signed
        }
        return health.disagreementCount == 0 && !isBehind && !hasUnopened
    }

    /// Whether a tree has been given up, to be opened again.
    private var hasUnopened: Bool {
        surroundings.owned().contains { trees[$0] == nil && !health.isAltered($0) }
    }

    /// Whether logs are known to have more than the trees.
    private var isBehind: Bool { trees.values.contains(where: \.isBehind) }

    /// The latest checkpoint of a partition that has a position as a leaf; one is made now if there
    /// is none and this node makes them.
    ///
    /// - Returns: Nil when it does not, or could not.
    public func checkpoint(
        covering position: LogPosition,
        in partition: Partition
    ) async throws(StoreError) -> StoredCheckpoint? {
        let reader = TreeReader(log)
        if let made = try await reader.checkpoint(covering: position, in: partition) { return made }
        guard !hasEnded, waiters.count < Self.waitersLimit,
            surroundings.owned().contains(partition)
        else { return nil }
        demanded.insert(partition)
        await withCheckedContinuation { waiting in
            waiters.append(waiting)
            waker.yield()
        }
        return try await reader.checkpoint(covering: position, in: partition)
    }

    // MARK: Turns

    /// Looks what is new, lets the trees grow, and signs what is due.
    ///
    /// - Returns: Whether that went well.
    @discardableResult
    func turn(at now: ContinuousClock.Instant = .now, signsAll: Bool = false) async -> Bool {
        let (asked, served) = (demanded, waiters)
        (demanded, waiters) = ([], [])
        defer { tell(served) }
        let failure: String?
        do throws(StoreError) {
            try await look(at: now, partitions: asked)
            try await grow(at: now)
            let due = trees.filter { partition, tree in
                tree.size > tree.signedSize
                    && (signsAll || asked.contains(partition) || tree.isDue(settings, at: now))
            }
            try await sign(due.keys.sorted())
            failure = nil
        } catch {
            failure = error.description
            if health.fails(failure), error.reason != .closed {
                logger.warning(
                    "checkpoints cannot be made",
                    metadata: ["error": "\(error.detail)"]
                )
            }
        }
        if failure == nil { _ = health.fails(nil) }
        let oldest = trees.values.compactMap(\.waitingSince).min()
        age.record(oldest.map { ($0.duration(to: .now) / .seconds(1)) } ?? 0)
        mismatches.record(health.disagreementCount)
        return failure == nil
    }

    private func tell(_ waiters: [CheckedContinuation<Void, Never>]) {
        for waiter in waiters { waiter.resume() }
    }
}
