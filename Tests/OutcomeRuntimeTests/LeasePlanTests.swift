// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@testable import OutcomeRuntime

@Suite("Lease plan")
struct LeasePlanTests {
    private static let partitions = 64

    /// A cluster in which every node's plan is carried out in turn, as the store would.
    private struct Cluster {
        var nodes: [Int64: (isAlive: Bool, isLeaving: Bool)]
        var owners: [Int: Int64] = [:]
        var epochs: [Int: Int] = [:]
        /// What each node's lanes run; they let go only when told.
        var running: [Int64: Set<Partition>] = [:]

        init(_ nodes: Int64...) {
            self.nodes = [:]
            for node in nodes { self.nodes[node] = (isAlive: true, isLeaving: false) }
        }

        var state: ClusterState {
            ClusterState(
                now: .earliest,
                nodes: nodes.map { number, node in
                    ClusterNode(
                        instance: NodeInstance(number),
                        name: "\(number)",
                        startedAt: .earliest,
                        renewedAt: .earliest,
                        isAlive: node.isAlive,
                        isLeaving: node.isLeaving
                    )
                },
                partitions: Dictionary(
                    uniqueKeysWithValues: (0..<LeasePlanTests.partitions).map { number in
                        let state = PartitionState(
                            head: .start,
                            cursor: .start,
                            drained: .start,
                            epoch: epochs[number] ?? 0
                        )
                        return (
                            Partition(number),
                            PartitionStanding(
                                state: state,
                                ingestHead: .start,
                                owner: owners[number].map(NodeInstance.init)
                            )
                        )
                    }
                )
            )
        }

        func plan(_ node: Int64) -> LeasePlan {
            LeasePlan(of: NodeInstance(node), in: state, running: running[node] ?? [])
        }

        /// Carries a plan out; a claim under an old epoch does nothing.
        mutating func carryOut(_ plan: LeasePlan, of node: Int64) {
            for dead in plan.dead { nodes[dead.value] = nil }
            for (partition, epoch) in plan.claims where epochs[partition.number] ?? 0 == epoch {
                owners[partition.number] = node
                epochs[partition.number] = epoch + 1
            }
            for (partition, epoch) in plan.releases
            where epochs[partition.number] == epoch && owners[partition.number] == node {
                owners[partition.number] = nil
            }
            running[node] = Set(plan.wanted.keys)
        }

        /// Every living node makes a plan from the same rows, then all are carried out.
        mutating func beat() {
            let plans = nodes.filter(\.value.isAlive).keys.map { ($0, plan($0)) }
            for (node, plan) in plans { carryOut(plan, of: node) }
        }

        mutating func settle() {
            for _ in 0..<6 { beat() }
        }

        var counts: [Int] {
            nodes.filter(\.value.isAlive).keys
                .map { node in owners.values.count { $0 == node } }.sorted()
        }
    }

    @Test("one node runs everything, and nothing moves after that")
    func alone() {
        var cluster = Cluster(1)
        cluster.settle()
        #expect(cluster.counts == [64])
        let epochs = cluster.epochs
        cluster.settle()
        #expect(cluster.epochs == epochs)
        #expect(cluster.epochs.values.allSatisfy { $0 == 1 })
    }

    @Test("nodes that start together claim different partitions at once")
    func together() {
        var cluster = Cluster(1, 2, 3)
        cluster.beat()
        #expect(cluster.counts == [21, 21, 22])
        #expect(cluster.epochs.values.allSatisfy { $0 == 1 })
    }

    @Test("a node that joins gets its share, and only that moves")
    func joins() {
        var cluster = Cluster(1, 2)
        cluster.settle()
        let before = cluster.owners
        cluster.nodes[3] = (true, false)
        cluster.settle()
        #expect(cluster.counts == [21, 21, 22])
        let moved = before.filter { cluster.owners[$0.key] != $0.value }
        #expect(moved.count == 21)
        #expect(moved.keys.allSatisfy { cluster.owners[$0] == 3 })
    }

    @Test("nothing is given up while the lanes may still write to it")
    func surplusIsRunning() {
        var cluster = Cluster(1)
        cluster.settle()
        cluster.settle()
        cluster.nodes[2] = (true, false)
        let plan = cluster.plan(1)
        #expect(plan.wanted.count == 32)
        #expect(plan.releases.isEmpty)
        #expect(cluster.plan(2).claims.isEmpty)
        cluster.running[1] = Set(plan.wanted.keys)
        #expect(cluster.plan(1).releases.count == 32)
    }

    @Test("a dead node's partitions go to those who live, and theirs stay")
    func dies() {
        var cluster = Cluster(1, 2, 3)
        cluster.settle()
        let before = cluster.owners
        cluster.nodes[2]?.isAlive = false
        #expect(cluster.plan(1).dead == [NodeInstance(2)])
        cluster.settle()
        #expect(cluster.counts == [32, 32])
        #expect(before.allSatisfy { $0.value == 2 || cluster.owners[$0.key] == $0.value })
    }

    @Test("a node that leaves gives everything up, and claims nothing")
    func leaves() {
        var cluster = Cluster(1, 2)
        cluster.settle()
        cluster.nodes[1]?.isLeaving = true
        let plan = cluster.plan(1)
        #expect(plan.wanted.isEmpty && plan.claims.isEmpty)
        cluster.settle()
        #expect(cluster.owners.values.allSatisfy { $0 == 2 })
        #expect(cluster.owners.count == 64)
    }

    @Test("the last node keeps what it has while it leaves")
    func lastLeaves() {
        var cluster = Cluster(1)
        cluster.settle()
        cluster.nodes[1]?.isLeaving = true
        #expect(cluster.plan(1).wanted.count == 64)
        #expect(cluster.plan(1).releases.isEmpty)
    }

    @Test("more nodes than partitions: some have none, and nothing moves about")
    func manyNodes() {
        var cluster = Cluster(1)
        for node in 2...70 { cluster.nodes[Int64(node)] = (true, false) }
        cluster.settle()
        #expect(cluster.counts == Array(repeating: 0, count: 6) + Array(repeating: 1, count: 64))
        let epochs = cluster.epochs
        cluster.settle()
        #expect(cluster.epochs == epochs)
    }

    @Test("whoever comes and goes, all partitions end up with those who live, evenly")
    func churn() {
        var random = SplitMix(state: 7)
        for _ in 0..<200 {
            var cluster = Cluster(1)
            for _ in 0..<10 {
                let node = Int64.random(in: 1...6, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: cluster.nodes[node] = (true, false)
                case 1: cluster.nodes[node]?.isAlive = false
                default: cluster.nodes[node]?.isLeaving = true
                }
                cluster.beat()
            }
            cluster.nodes[9] = (true, false)
            for node in cluster.nodes.keys where cluster.nodes[node]?.isLeaving == true {
                cluster.nodes[node]?.isAlive = false
            }
            cluster.settle()
            #expect(cluster.owners.count == 64)
            #expect((cluster.counts.last ?? 0) - (cluster.counts.first ?? 0) <= 1)
        }
    }
}

/// The same numbers for the same start.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
