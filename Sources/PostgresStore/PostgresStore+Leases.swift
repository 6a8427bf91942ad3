// SPDX-License-Identifier: Apache-2.0

public import EventStore

/// On connections of their own: a lease must not run out because requests queue.
extension PostgresStore: PartitionLeases {
    /// Begins this node's lease or renews it, and tells how the cluster stands after that.
    public func renewLease(_ lease: NodeLease) async throws(StoreError) -> ClusterState {
        let partitions = partitioning.count
        return try await renewalPool.use { [instance] connection in
            let now = try ClusterStatements.renew(lease, of: instance, connection)
            // In this order: an owner's lease begins before its claims.
            let standings = try ClusterStatements.standings(connection)
            return ClusterState(
                now: now,
                nodes: try ClusterStatements.nodes(connection),
                partitions: standings.filter { $0.key.number < partitions }
            )
        }
    }

    /// Where every partition stands, and whose it is.
    public func standings() async throws(StoreError) -> [Partition: PartitionStanding] {
        let standings = try await leasePool.use { try ClusterStatements.standings($0) }
        backlog.saw(
            standings.mapValues(\.ingestHead),
            cursors: standings.mapValues(\.state.cursor)
        )
        return standings
    }

    /// Makes partitions this node's.
    public func claim(_ partitions: [Partition: Int]) async throws(StoreError) {
        try await leasePool.use(isRepeatable: false) { [instance] connection in
            try ClusterStatements.claim(partitions, for: instance, connection)
        }
    }

    /// Gives up partitions.
    public func release(_ partitions: [Partition: Int]) async throws(StoreError) {
        try await leasePool.use { [instance] connection in
            try ClusterStatements.release(partitions, by: instance, connection)
        }
    }

    /// Forgets nodes whose leases have run out, and ends their sessions.
    public func bury(_ instances: [NodeInstance]) async throws(StoreError) {
        try await leasePool.use { connection in
            for instance in instances {
                try ClusterStatements.bury(instance, connection)
            }
        }
    }

    /// Ends this node's lease.
    public func endLease() async throws(StoreError) {
        try await leasePool.use { [instance] connection in
            try ClusterStatements.endLease(of: instance, connection)
        }
    }
}
