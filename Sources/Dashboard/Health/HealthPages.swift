// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import EventStore
import ExactValues
import HTTPAPI
import Identity
import OutcomeRuntime
import ProjectionKit

/// How the service is doing.
enum HealthPages {
    static let routes: [PageRoute] = [.get("/dashboard/health", health)]

    private static func health(_ call: PageCall) async throws -> PageAnswer {
        let reasons = await call.services.readiness()
        let cluster = try await call.services.cluster()
        let latest = try await call.services.trees.log.latestCheckpoints(
            of: Array(cluster.state.partitions.keys)
        )
        return .page(
            HealthPage(
                shell: Shell(title: "Health", section: .health, call),
                reasons: reasons,
                health: call.services.health(),
                cluster: cluster,
                latest: latest,
                progress: call.services.progress,
                refreshes: call.query("refresh") == "on",
                publicURL: call.dashboard.publicURL
            )
        )
    }
}

/// Health: readiness, projections, partitions, nodes.
struct HealthPage: PageModel {
    struct Projection {
        let name: String
        let phase: String
        let badge: String
        let lagEvents: String
        /// To a tenth; nil before it was measured.
        let lagSeconds: String?
        let trouble: String?
    }

    struct Rebuild {
        let name: String
        let phase: String
        let done: String
        let remaining: String
        let seconds: String?
    }

    struct Node {
        let name: String
        let state: String
        let badge: String
        let startedAt: Instant
        let renewedAt: Instant
        let partitions: Int
    }

    struct Lane {
        let partition: Int
        let node: String?
        let epoch: Int
        let head: String
        let backlog: Int
        let checkpointSize: String?
        let checkpointAt: Instant?
        let unsigned: String
    }

    let template = "health"
    let shell: Shell
    let curl: String
    let isReady: Bool
    let reasons: [String]
    let version: String
    let node: String
    let now: Instant
    let backlog: Int
    let projections: [Projection]
    let rebuilds: [Rebuild]
    let nodes: [Node]
    /// Without those whose log holds nothing.
    let lanes: [Lane]
    let emptyLanes: Int
    let makesCheckpoints: Bool
    let checkpointTroubles: [String]
    let refreshes: Bool

    init(
        shell: Shell,
        reasons: [String],
        health: ServiceHealth,
        cluster: ClusterOverview,
        latest: [Partition: StoredCheckpoint],
        progress: ProgressBoard,
        refreshes: Bool,
        publicURL: String
    ) {
        self.shell = shell
        self.reasons = reasons
        self.refreshes = refreshes
        isReady = reasons.isEmpty
        version = health.version
        node = cluster.name
        now = Instant(cluster.state.now)
        curl = "curl " + Curl.quoted(publicURL + "/readyz")
        makesCheckpoints = health.checkpointTroubles != nil
        checkpointTroubles = health.checkpointTroubles ?? []
        let standings = cluster.state.partitions
        projections = health.projections.map { projection in
            let reached = progress.checkpoints(of: projection.projection)
            let lag = standings.reduce(Int64(0)) { sum, partition in
                let head = partition.value.state.head.value
                return sum + max(0, head - (reached[partition.key]?.value ?? 0))
            }
            return Projection(
                projection,
                lagEvents: lag,
                lagSeconds: health.lagSeconds[projection.projection]
            )
        }
        rebuilds = health.rebuilds.filter { $0.phase != .none }.map { status in
            Rebuild(
                name: status.projection,
                phase: status.phase.name,
                done: String(status.doneEvents),
                remaining: String(status.remainingEvents),
                seconds: status.remainingSeconds.map(String.init)
            )
        }
        let names = Dictionary(
            cluster.state.nodes.map { ($0.instance, $0.name) },
            uniquingKeysWith: { first, _ in first }
        )
        let owners = standings.values.compactMap(\.owner)
        nodes = cluster.state.nodes.sorted { ($0.name, $0.instance) < ($1.name, $1.instance) }
            .map { node in Node(node, partitions: owners.filter { $0 == node.instance }.count) }
        let busy = standings.filter { $0.value.state.head.value > 0 || $0.value.backlogEvents > 0 }
        emptyLanes = standings.count - busy.count
        lanes = busy.sorted { $0.key < $1.key }.map { partition, standing in
            let checkpoint = latest[partition]
            return Lane(
                partition: partition.number,
                node: standing.owner.flatMap { names[$0] },
                epoch: standing.state.epoch,
                head: String(standing.state.head.value),
                backlog: standing.backlogEvents,
                checkpointSize: checkpoint.map { String($0.size) },
                checkpointAt: checkpoint.map { Instant($0.time) },
                unsigned: String(max(0, standing.state.head.value - (checkpoint?.size ?? 0)))
            )
        }
        backlog = lanes.reduce(0) { $0 + $1.backlog }
    }
}

extension HealthPage.Projection {
    fileprivate init(_ health: ProjectionHealth, lagEvents lag: Int64, lagSeconds age: Double?) {
        name = health.projection
        lagEvents = String(lag)
        lagSeconds = age.map { "\(Drawing.number($0)) s" }
        switch health.phase {
        case .starting: (phase, badge) = ("starting", "calm")
        case .following: (phase, badge) = ("following", "good")
        case .retrying: (phase, badge) = ("retrying", "wait")
        case .stopped: (phase, badge) = ("stopped", "bad")
        case .finished: (phase, badge) = ("finished", "mute")
        }
        trouble = health.failure.map { failure in
            "partition \(failure.partition), position \(failure.position): \(failure.reason)"
        }
    }
}

extension HealthPage.Node {
    fileprivate init(_ node: ClusterNode, partitions count: Int) {
        name = node.name
        switch (node.isAlive, node.isLeaving) {
        case (true, false): (state, badge) = ("alive", "good")
        case (true, true): (state, badge) = ("leaving", "wait")
        case (false, _): (state, badge) = ("lease run out", "bad")
        }
        startedAt = Instant(node.startedAt)
        renewedAt = Instant(node.renewedAt)
        partitions = count
    }
}
