// SPDX-License-Identifier: Apache-2.0

import EventStore

/// What a node does after it has seen how the cluster stands.
///
/// Every node makes its plan from the same rows, so that the plans fit together without anybody who
/// assigns: each node has its share, those that have more than others the larger ones; who has too
/// much lets go of the surplus, who has too little claims what is free. Where plans are made from
/// different moments, a claim under an old epoch does nothing.
struct LeasePlan: Hashable, Sendable {
    /// The partitions that the lanes are to run, under their epochs.
    private(set) var wanted: [Partition: Int] = [:]
    /// The partitions to claim, under the epochs seen.
    private(set) var claims: [Partition: Int] = [:]
    /// The partitions to give up now: nobody runs them here.
    private(set) var releases: [Partition: Int] = [:]
    /// Nodes whose leases have run out.
    private(set) var dead: [NodeInstance] = []

    /// Makes the plan of a node.
    ///
    /// `running`: The partitions that its lanes may still write to.
    init(of instance: NodeInstance, in cluster: ClusterState, running: Set<Partition>) {
        let alive = Set(cluster.nodes.filter(\.isAlive).map(\.instance))
        dead = cluster.nodes.filter { !$0.isAlive && $0.instance != instance }.map(\.instance)
        let shares = Self.shares(of: cluster, alive)
        let owned = cluster.partitions.filter { $0.value.owner == instance }
            .mapValues(\.state.epoch)
        let share = shares.first { $0.instance == instance }?.partitions ?? 0
        // Without anybody who lacks one there is no surplus, and a node that leaves keeps what it
        // has until somebody can take it.
        let keeps = shares.contains { $0.lacks > 0 } ? share : owned.count
        for (partition, epoch) in owned.sorted(by: { $0.key < $1.key }) {
            if wanted.count < keeps {
                wanted[partition] = epoch
            } else if !running.contains(partition) {
                releases[partition] = epoch
            }
        }
        claims = Self.claims(of: instance, in: cluster, alive, shares)
    }

    /// What a node ought to have, and what it has.
    private struct Share {
        let instance: NodeInstance
        let owned: Int
        let partitions: Int

        var lacks: Int { max(0, partitions - owned) }
    }

    /// The shares of those that live and stay, in the order in which they take what is free.
    private static func shares(of cluster: ClusterState, _ alive: Set<NodeInstance>) -> [Share] {
        var owned: [NodeInstance: Int] = [:]
        for standing in cluster.partitions.values {
            guard let owner = standing.owner, alive.contains(owner) else { continue }
            owned[owner, default: 0] += 1
        }
        let nodes = cluster.nodes.filter { $0.isAlive && !$0.isLeaving }.map(\.instance)
            .map { (instance: $0, owned: owned[$0] ?? 0) }
            .sorted { ($0.owned, $1.instance) > ($1.owned, $0.instance) }
        guard !nodes.isEmpty else { return [] }
        let count = cluster.partitions.count
        let larger = count % nodes.count
        return nodes.enumerated().map { index, node in
            Share(
                instance: node.instance,
                owned: node.owned,
                partitions: count / nodes.count + (index < larger ? 1 : 0)
            )
        }
    }

    /// The free partitions in order, dealt out to those who lack some.
    private static func claims(
        of instance: NodeInstance,
        in cluster: ClusterState,
        _ alive: Set<NodeInstance>,
        _ shares: [Share]
    ) -> [Partition: Int] {
        var free = cluster.partitions
            .filter { standing in standing.value.owner.map { !alive.contains($0) } ?? true }
            .sorted { $0.key < $1.key }[...]
        for share in shares {
            let part = free.prefix(share.lacks)
            guard share.instance != instance else {
                return Dictionary(uniqueKeysWithValues: part.map { ($0.key, $0.value.state.epoch) })
            }
            free = free.dropFirst(part.count)
        }
        return [:]
    }
}
