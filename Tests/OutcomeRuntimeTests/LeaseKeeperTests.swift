// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Logging
import Synchronization
import Testing

@testable import OutcomeRuntime

@Suite("Lease keeper")
struct LeaseKeeperTests {
    private let clock = ManualClock(World.start)

    private func keeper(_ leases: ScriptedLeases, _ lanes: RecordedLanes) -> LeaseKeeper {
        LeaseKeeper(
            leases: leases,
            node: "me",
            leaseSeconds: 3,
            lanes: lanes,
            clock: clock,
            signal: WakeSignal(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onClockOffset: { leases.note("offset \($0)") }
        )
    }

    @Test("the first beat claims what is free, and the lanes run it at once")
    func first() async {
        let (leases, lanes) = (ScriptedLeases(partitions: 4), RecordedLanes())
        await keeper(leases, lanes).beat()
        #expect(lanes.running.count == 4)
        #expect(lanes.epochs.values.allSatisfy { $0 == 1 })
        #expect(leases.notes == ["offset 0", "claim 4"])
    }

    @Test("a step that fails keeps neither the others from being taken nor the lanes from running")
    func failures() async {
        let (leases, lanes) = (ScriptedLeases(partitions: 4), RecordedLanes())
        let keeper = keeper(leases, lanes)
        await keeper.beat()
        leases.add(other: 7, isAlive: false, owning: [0, 1])
        leases.failing = ["bury", "claim"]
        await keeper.beat()
        #expect(lanes.running == [Partition(2), Partition(3)], "what is left is run")
        #expect(leases.notes.suffix(3) == ["offset 0", "bury", "claim 2"])
        #expect(keeper.troubles == ["the node cannot claim partitions"])
        leases.failing = []
        await keeper.beat()
        #expect(lanes.running.count == 4)
        #expect(keeper.troubles.isEmpty)
    }

    @Test("a renewal that fails changes nothing of what the lanes run, and is told")
    func renewal() async {
        let (leases, lanes) = (ScriptedLeases(partitions: 4), RecordedLanes())
        let keeper = keeper(leases, lanes)
        await keeper.beat()
        leases.failing = ["renew"]
        await keeper.beat()
        #expect(lanes.running.count == 4)
        #expect(keeper.troubles == ["the node cannot renew its lease"])
    }

    @Test("who could not renew for a while buries and claims nothing before a lease has passed")
    func pause() async {
        let (leases, lanes) = (ScriptedLeases(partitions: 4), RecordedLanes())
        let keeper = keeper(leases, lanes)
        await keeper.beat()
        leases.add(other: 7, isAlive: false, owning: [0, 1])
        let before = leases.notes.count
        for passed in [60_000, 500, 500, 500, 500, 500] {
            leases.pass(milliseconds: passed)
            await keeper.beat()
        }
        #expect(!leases.notes[before...].contains { $0 == "bury" || $0.hasPrefix("claim") })
        leases.pass(milliseconds: 600)
        await keeper.beat()
        #expect(leases.notes.suffix(2) == ["bury", "claim 2"])
    }

    @Test("a clock that was put back is a pause, too")
    func clockPutBack() async {
        let (leases, lanes) = (ScriptedLeases(partitions: 4), RecordedLanes())
        let keeper = keeper(leases, lanes)
        await keeper.beat()
        leases.add(other: 7, isAlive: false, owning: [0, 1])
        leases.pass(milliseconds: -10_000)
        await keeper.beat()
        #expect(!leases.notes.contains("bury"))
    }

    @Test("a node whose clock is in doubt leaves its partitions to others, if there are any")
    func doubt() async {
        let (leases, lanes) = (ScriptedLeases(partitions: 4), RecordedLanes())
        let keeper = keeper(leases, lanes)
        await keeper.beat()
        clock.fallIntoDoubt("it has jumped")
        await keeper.beat()
        #expect(lanes.running.count == 4, "nobody else could run them")
        leases.add(other: 7, isAlive: true, owning: [])
        await keeper.beat()
        #expect(lanes.epochs.isEmpty)
        await keeper.beat()
        #expect(leases.owned.isEmpty)
        #expect(leases.lease?.isLeaving == true)
        clock.fallIntoDoubt(nil)
        await keeper.beat()
        #expect(lanes.running.count == 2)
    }
}

/// Lanes that do at once what they are told.
private final class RecordedLanes: PartitionRunners {
    private let told = Mutex<[Partition: Int]>([:])

    var epochs: [Partition: Int] { told.withLock { $0 } }
    var running: Set<Partition> { Set(epochs.keys) }

    func run(_ epochs: [Partition: Int]) { told.withLock { $0 = epochs } }
}

/// Leases in memory, with other nodes that do what the test says.
private final class ScriptedLeases: PartitionLeases {
    private struct State {
        var now = World.start
        var lease: NodeLease?
        var others: [Int64: Bool] = [:]
        var partitions: [Partition: (owner: NodeInstance?, epoch: Int)] = [:]
        var notes: [String] = []
        var failing: Set<String> = []
    }

    let instance = NodeInstance(1)
    private let state = Mutex(State())

    init(partitions: Int) {
        state.withLock { state in
            for number in 0..<partitions { state.partitions[Partition(number)] = (nil, 0) }
        }
    }

    var notes: [String] { state.withLock { $0.notes } }
    var lease: NodeLease? { state.withLock { $0.lease } }
    var owned: [Partition] {
        state.withLock { $0.partitions.filter { $0.value.owner == instance }.map(\.key) }
    }
    var failing: Set<String> {
        get { state.withLock { $0.failing } }
        set { state.withLock { $0.failing = newValue } }
    }

    func note(_ text: String) { state.withLock { $0.notes.append(text) } }

    func pass(milliseconds: Int) {
        state.withLock { state in
            let moved = state.now.microseconds + Int64(milliseconds) * 1_000
            state.now = Timestamp(microseconds: moved) ?? state.now
        }
    }

    func add(other: Int64, isAlive: Bool, owning partitions: [Int]) {
        state.withLock { state in
            state.others[other] = isAlive
            for number in partitions {
                let epoch = state.partitions[Partition(number)]?.epoch ?? 0
                state.partitions[Partition(number)] = (NodeInstance(other), epoch + 1)
            }
        }
    }

    private func begin(_ step: String) throws(StoreError) {
        guard !failing.contains(step) else { throw StoreError(.unavailable, detail: step) }
    }

    func renewLease(_ lease: NodeLease) async throws(StoreError) -> ClusterState {
        try begin("renew")
        let standings = try await standings()
        return state.withLock { state in
            state.lease = lease
            let me = node(instance, true, lease.isLeaving, state.now)
            let others = state.others.map { node(NodeInstance($0), $1, false, state.now) }
            return ClusterState(now: state.now, nodes: [me] + others, partitions: standings)
        }
    }

    private func node(
        _ instance: NodeInstance,
        _ isAlive: Bool,
        _ isLeaving: Bool,
        _ now: Timestamp
    ) -> ClusterNode {
        ClusterNode(
            instance: instance,
            name: "\(instance)",
            startedAt: now,
            renewedAt: now,
            isAlive: isAlive,
            isLeaving: isLeaving
        )
    }

    func standings() async throws(StoreError) -> [Partition: PartitionStanding] {
        state.withLock { state in
            state.partitions.mapValues { partition in
                PartitionStanding(
                    state: PartitionState(
                        head: .start,
                        cursor: .start,
                        drained: .start,
                        epoch: partition.epoch
                    ),
                    ingestHead: .start,
                    owner: partition.owner
                )
            }
        }
    }

    func claim(_ partitions: [Partition: Int]) async throws(StoreError) {
        note("claim \(partitions.count)")
        try begin("claim")
        state.withLock { state in
            for (partition, epoch) in partitions where state.partitions[partition]?.epoch == epoch {
                state.partitions[partition] = (instance, epoch + 1)
            }
        }
    }

    func release(_ partitions: [Partition: Int]) async throws(StoreError) {
        state.withLock { state in
            for partition in partitions.keys { state.partitions[partition]?.owner = nil }
        }
    }

    func bury(_ instances: [NodeInstance]) async throws(StoreError) {
        note("bury")
        try begin("bury")
        state.withLock { state in
            for instance in instances { state.others[instance.value] = nil }
        }
    }

    func endLease() async throws(StoreError) { state.withLock { $0.lease = nil } }
}
