// SPDX-License-Identifier: Apache-2.0

import EventStore
import OutcomeRuntime

extension Engine {
    /// The nodes, and whose each partition is.
    ///
    /// With leases, as of the last beat: asking for it costs the store nothing.
    func overview(leaseSeconds: Int) async throws -> ClusterOverview {
        guard let leases = store.leases else {
            return try await node.overview(of: store.partitioning, store, store, now: clock.now())
        }
        guard let cluster = keeper?.cluster else {
            throw StoreError(.unavailable, detail: "the lease has not begun yet")
        }
        return ClusterOverview(
            instance: leases.instance,
            name: node.name,
            leaseSeconds: leaseSeconds,
            state: cluster
        )
    }
}
