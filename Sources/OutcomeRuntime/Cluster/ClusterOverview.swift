// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

/// How the cluster stands, as one of its nodes sees it.
public struct ClusterOverview: Sendable {
    /// The node that is asked.
    public let instance: NodeInstance
    /// Its name.
    public let name: String
    /// How long a lease lasts without being renewed; nil where there is one node only.
    public let leaseSeconds: Int?
    /// The nodes and the partitions.
    public let state: ClusterState

    /// Puts an overview together.
    public init(instance: NodeInstance, name: String, leaseSeconds: Int?, state: ClusterState) {
        self.instance = instance
        self.name = name
        self.leaseSeconds = leaseSeconds
        self.state = state
    }
}

/// The only node of a store.
public struct SoleNode: Sendable {
    /// The number it has drawn for itself.
    public let instance = NodeInstance.random()
    /// Its name.
    public let name: String
    /// When it started.
    public let startedAt: Timestamp

    /// Names the node.
    public init(name: String, startedAt: Timestamp) {
        self.name = name
        self.startedAt = startedAt
    }

    /// One node that runs everything.
    public func overview(
        of partitioning: Partitioning,
        _ eventLog: any EventLog,
        _ ingestLog: any IngestLog,
        now: Timestamp
    ) async throws(StoreError) -> ClusterOverview {
        let states = try await eventLog.state(of: partitioning.outcomePartitions)
        let heads = try await ingestLog.heads()
        var standings: [Partition: PartitionStanding] = [:]
        for (partition, state) in states {
            standings[partition] = PartitionStanding(
                state: state,
                ingestHead: heads[partition] ?? .start,
                owner: instance
            )
        }
        let node = ClusterNode(
            instance: instance,
            name: name,
            startedAt: startedAt,
            renewedAt: now,
            isAlive: true,
            isLeaving: false
        )
        return ClusterOverview(
            instance: instance,
            name: name,
            leaseSeconds: nil,
            state: ClusterState(now: now, nodes: [node], partitions: standings)
        )
    }
}
