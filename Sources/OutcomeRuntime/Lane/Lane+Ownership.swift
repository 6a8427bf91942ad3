// SPDX-License-Identifier: Apache-2.0

public import EventStore
import Logging
import Metrics
import Synchronization

// MARK: Which partitions a lane runs

extension Lane {
    /// Tells the lane which partitions to run, each under the epoch it was claimed with.
    ///
    /// The lane looks between two turns: what it lets go of is then done with, to the last append.
    public nonisolated func run(_ epochs: [Partition: Int]) {
        orders.withLock { $0.change(to: epochs.mapValues { .leased(epoch: $0) }) }
        wake()
    }

    /// The partitions that the lane runs, or may still write to, under their epochs.
    public nonisolated var running: [Partition: Int] {
        orders.withLock { orders in
            orders.running.compactMapValues { tenure in
                guard case .leased(let epoch) = tenure else { return nil }
                return epoch
            }
        }
    }

    /// Whether the lane was told something that it has not followed yet.
    var hasOrders: Bool { orders.withLock { $0.version } != followedVersion }

    /// Lets go of partitions and takes others, as it was told; only between turns.
    func followOrders() async throws(StoreError) {
        let (version, steps) = orders.withLock { ($0.version, $0.steps) }
        if version != followedVersion {
            for partition in steps.release {
                letGo(of: partition)
            }
            orders.withLock { $0.running.merge(steps.take) { $1 } }
            active = (active + steps.take.keys).sorted()
            followedVersion = version
            if !steps.release.isEmpty { onRelease() }
        }
        let unread = active.filter { runs[$0] == nil }
        if !unread.isEmpty { try await loadEach(unread) }
    }

    /// Forgets all that is in memory of a partition: somebody else may write to it from now on.
    private func letGo(of partition: Partition) {
        runs[partition] = nil
        active.removeAll { $0 == partition }
        registry.drop(partition)
        forgetHalt(of: partition)
        orders.withLock { $0.running[partition] = nil }
    }

    /// Looks whether a partition is still the lane's; lets go of it if somebody else has claimed it.
    ///
    /// - Throws: `.unavailable` when the state is older than the claim: it was read from a server
    ///   that is the primary no more.
    func isOwn(_ partition: Partition, _ state: PartitionState) throws(StoreError) -> Bool {
        let tenure = orders.withLock { $0.running[partition] }
        guard case .leased(let epoch) = tenure, epoch != state.epoch else { return tenure != nil }
        guard epoch < state.epoch else {
            throw StoreError(.unavailable, detail: "\(partition) is at an older epoch")
        }
        letGo(of: partition)
        meters.lost.increment()
        logger.notice(
            "another node has claimed a partition",
            metadata: ["partition": "\(partition)", "epoch": "\(state.epoch)"]
        )
        onRelease()
        return false
    }
}
