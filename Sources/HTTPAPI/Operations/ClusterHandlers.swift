// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import OutcomeRuntime

/// `GET /v1/cluster`: the nodes, and whose each partition is.
enum ClusterHandlers {
    static func get(_ call: APICall) async throws -> APIAnswer {
        let cluster = try await call.services.cluster()
        return .object(reserving: 256 + cluster.state.partitions.count * 128) { writer in
            writer.member("node", cluster.name)
            writer.member("instance", cluster.instance.description)
            writer.member("lease_seconds", cluster.leaseSeconds)
            write(cluster.state, &writer)
        }
    }

    private static func write(_ state: ClusterState, _ writer: inout JSONWriter) {
        var owned: [NodeInstance: Int] = [:]
        for owner in state.partitions.values.compactMap(\.owner) {
            owned[owner, default: 0] += 1
        }
        writer.name("nodes")
        writer.beginArray()
        for node in state.nodes.sorted(by: { ($0.name, $0.instance) < ($1.name, $1.instance) }) {
            writer.beginObject()
            writer.member("name", node.name)
            writer.member("instance", node.instance.description)
            writer.member("started_at", node.startedAt)
            writer.member("renewed_at", node.renewedAt)
            writer.member("is_alive", node.isAlive)
            writer.member("is_leaving", node.isLeaving)
            writer.member("partitions", owned[node.instance] ?? 0)
            writer.endObject()
        }
        writer.endArray()
        let names = Dictionary(state.nodes.map { ($0.instance, $0.name) }) { first, _ in first }
        writer.name("partitions")
        writer.beginArray()
        for (partition, standing) in state.partitions.sorted(by: { $0.key < $1.key }) {
            writer.beginObject()
            writer.member("partition", partition.number)
            writer.member("node", standing.owner.flatMap { names[$0] })
            writer.member("instance", standing.owner?.description)
            writer.member("epoch", standing.state.epoch)
            writer.member("head", Int(standing.state.head.value))
            writer.member("backlog_events", standing.backlogEvents)
            writer.endObject()
        }
        writer.endArray()
    }
}
