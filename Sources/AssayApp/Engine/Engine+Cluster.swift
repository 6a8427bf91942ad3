// SPDX-License-Identifier: Apache-2.0

import EventStore
import OutcomeRuntime

extension Engine {
    /// The nodes, and whose each partition is.
    func overview(leaseSeconds: Int) async throws -> ClusterOverview {
        guard let leases = store.leases else {
            return try await node.overview(of: store.partitioning, store, store, now: clock.now())
        }
        guard let known = keeper?.cluster else {
            throw StoreError(.unavailable, detail: "the lease has not begun yet")
        }
        // The partitions as they are now; the nodes as of the last beat.
        let standings = try await leases.standings()
        return ClusterOverview(
            instance: leases.instance,
            name: node.name,
            leaseSeconds: leaseSeconds,
            state: known.with(standings)
        )
    }
}
