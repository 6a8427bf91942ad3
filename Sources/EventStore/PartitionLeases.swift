// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// The port to the leases that spread a store's partitions over the nodes that share it.
///
/// A lease says who works; what keeps everybody else from writing is the epoch, which each claim
/// raises and each append compares (ADR 0022).
public protocol PartitionLeases: Sendable {
    /// This node.
    var instance: NodeInstance { get }

    /// Begins this node's lease or renews it, and tells how the cluster stands after that.
    ///
    /// A node whose lease has run out begins a new one; what it owns and nobody has claimed since is
    /// still its own.
    func renewLease(_ node: NodeLease) async throws(StoreError) -> ClusterState

    /// Where every partition stands, and whose it is, the catalogs' partition included.
    func standings() async throws(StoreError) -> [Partition: PartitionStanding]

    /// Makes partitions this node's, each only if its epoch is still the one given.
    ///
    /// Returns when all have been asked for; those that somebody else was given first are left out.
    /// Where each stands has to be read after this.
    func claim(_ partitions: [Partition: Int]) async throws(StoreError)

    /// Gives up partitions that this node owns under these epochs; others may claim them at once.
    func release(_ partitions: [Partition: Int]) async throws(StoreError)

    /// Ends the sessions of nodes whose leases have run out, so that nothing they have begun holds
    /// a lock, and forgets the nodes.
    ///
    /// A node that has renewed its lease meanwhile is left alone.
    func bury(_ instances: [NodeInstance]) async throws(StoreError)

    /// Ends this node's lease.
    func endLease() async throws(StoreError)
}

/// What a node says of itself when it renews its lease.
public struct NodeLease: Hashable, Sendable {
    /// Its name, for people.
    public let name: String
    /// How long the lease lasts without being renewed, in seconds.
    public let seconds: Int
    /// Whether it is about to end: it claims nothing more and gives up what it has.
    public let isLeaving: Bool

    /// Puts a lease together.
    public init(name: String, seconds: Int, isLeaving: Bool) {
        self.name = name
        self.seconds = seconds
        self.isLeaving = isLeaving
    }
}

/// A node as the others see it.
public struct ClusterNode: Hashable, Sendable {
    /// The node.
    public let instance: NodeInstance
    /// Its name, for people.
    public let name: String
    /// When its first lease began, by the store's clock.
    public let startedAt: Timestamp
    /// When it last renewed its lease, by the store's clock.
    public let renewedAt: Timestamp
    /// Whether its lease has not run out.
    public let isAlive: Bool
    /// Whether it is about to end.
    public let isLeaving: Bool

    /// Puts a node together.
    public init(
        instance: NodeInstance,
        name: String,
        startedAt: Timestamp,
        renewedAt: Timestamp,
        isAlive: Bool,
        isLeaving: Bool
    ) {
        self.instance = instance
        self.name = name
        self.startedAt = startedAt
        self.renewedAt = renewedAt
        self.isAlive = isAlive
        self.isLeaving = isLeaving
    }
}

/// Where a partition stands, and whose it is.
public struct PartitionStanding: Hashable, Sendable {
    /// Where its event log stands, under which epoch.
    public let state: PartitionState
    /// The last place of its ingest log; 0 for the catalogs, which have none.
    public let ingestHead: IngestPosition
    /// Who appends to its event log; nil when nobody does.
    public let owner: NodeInstance?

    /// Puts a standing together.
    public init(state: PartitionState, ingestHead: IngestPosition, owner: NodeInstance?) {
        self.state = state
        self.ingestHead = ingestHead
        self.owner = owner
    }

    /// How many accepted records wait to be processed.
    public var backlogEvents: Int { Int(max(0, ingestHead.value - state.cursor.value)) }
}

/// How a cluster stands, at one moment of the store's clock.
public struct ClusterState: Sendable {
    /// That moment.
    public let now: Timestamp
    /// Every node that has a lease, or had one that nobody has looked after yet.
    public let nodes: [ClusterNode]
    /// Every partition that holds outcomes.
    public let partitions: [Partition: PartitionStanding]

    /// Puts a state together.
    public init(
        now: Timestamp,
        nodes: [ClusterNode],
        partitions: [Partition: PartitionStanding]
    ) {
        self.now = now
        self.nodes = nodes
        self.partitions = partitions
    }

    /// The same nodes with newer standings of the partitions.
    public func with(_ standings: [Partition: PartitionStanding]) -> ClusterState {
        ClusterState(
            now: now,
            nodes: nodes,
            partitions: standings.filter { partitions[$0.key] != nil }
        )
    }
}
