// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The board's state: how far everything has got, and who waits for what.
///
/// A value machine: each change answers with the waiters it has decided, and the board resumes them
/// outside its lock.
struct ProgressState {
    typealias Verdict = Result<Void, ReadBehind>
    typealias WaiterID = UInt64

    /// What a waiter still needs of one partition.
    private enum Need: Hashable {
        /// The partition's ingest log decided, or drained, up to a place.
        case reached(ReadReach, Partition)
        /// A projection's checkpoint at a head.
        case checkpoint(String, Partition)
    }

    private struct Threshold {
        let waiter: WaiterID
        let value: Int64
    }

    private enum Phase {
        /// Needs are open. Can transition to: `decided`, or is removed when resumed.
        case waiting(CheckedContinuation<Verdict, Never>?)
        /// Decided before the caller began to wait. Is removed when the caller asks.
        case decided(Verdict)
    }

    private struct Waiter {
        var phase: Phase
        var needs: Set<Need>
        let models: [String]
    }

    struct Decision {
        let continuation: CheckedContinuation<Verdict, Never>
        let verdict: Verdict
    }

    private(set) var partitions: [Partition: PartitionState] = [:]
    private var checkpoints: [String: [Partition: LogPosition]] = [:]
    private var stopped: Set<String> = []
    private var stoppedPartitions: Set<Partition> = []
    private var waiters: [WaiterID: Waiter] = [:]
    private var thresholds: [Need: [Threshold]] = [:]
    private var nextWaiter: WaiterID = 0

    /// How many wait.
    var waiterCount: Int { waiters.count }

    func checkpoints(of model: String) -> [Partition: LogPosition] { checkpoints[model] ?? [:] }

    func hasCheckpoints(of model: String) -> Bool { checkpoints[model] != nil }
}

// MARK: Progress

extension ProgressState {
    /// Takes a partition's state; neither head nor drained ever goes back.
    /// - Returns: Whether there is anything new.
    mutating func publish(
        _ state: PartitionState,
        of partition: Partition,
        deciding decisions: inout [Decision]
    ) -> Bool {
        let before = partitions[partition]
        let after = PartitionState(
            head: max(state.head, before?.head ?? .start),
            cursor: max(state.cursor, before?.cursor ?? .start),
            drained: max(state.drained, before?.drained ?? .start),
            epoch: max(state.epoch, before?.epoch ?? 0)
        )
        guard after != before else { return false }
        partitions[partition] = after
        // Somebody runs it again.
        if after.cursor > before?.cursor ?? .start { stoppedPartitions.remove(partition) }
        for reach in [ReadReach.decided, .drained] {
            let need = Need.reached(reach, partition)
            for waiter in takeMet(need, through: reach.place(in: after).value) {
                needCheckpoints(waiter, of: partition)
                settle(waiter, need: need, deciding: &decisions)
            }
        }
        return after.head != before?.head
    }

    mutating func publish(
        checkpoints published: [Partition: LogPosition],
        of model: String,
        deciding decisions: inout [Decision]
    ) {
        // Also of an empty log it is known then that it has been looked at.
        if checkpoints[model] == nil { checkpoints[model] = [:] }
        for (partition, position) in published {
            checkpoints[model, default: [:]][partition] = position
            let need = Need.checkpoint(model, partition)
            for waiter in takeMet(need, through: position.value) {
                settle(waiter, need: need, deciding: &decisions)
            }
        }
    }

    /// A projection has stopped: nobody waits for it in vain.
    mutating func stop(_ model: String, deciding decisions: inout [Decision]) {
        stopped.insert(model)
        for (id, waiter) in waiters where waiter.models.contains(model) {
            decide(id, .failure(.projectionStopped(model)), deciding: &decisions)
        }
    }

    /// A projection that had stopped goes on.
    mutating func goOn(_ model: String) { stopped.remove(model) }

    /// A partition has stopped: what it has not reached by now it never will.
    mutating func stop(_ partition: Partition, deciding decisions: inout [Decision]) {
        stoppedPartitions.insert(partition)
        let reason = ReadBehind.partitionStopped(partition)
        for reach in [ReadReach.decided, .drained] {
            for threshold in thresholds[.reached(reach, partition)] ?? [] {
                decide(threshold.waiter, .failure(reason), deciding: &decisions)
            }
        }
    }

    private mutating func takeMet(_ need: Need, through value: Int64) -> [WaiterID] {
        guard let open = thresholds[need] else { return [] }
        let rest = open.filter { $0.value > value }
        thresholds[need] = rest.isEmpty ? nil : rest
        return open.filter { $0.value <= value }.map(\.waiter)
    }
}

// MARK: Waiting

extension ProgressState {
    enum Registration {
        case met
        case refused(ReadBehind)
        case waiting(WaiterID)
    }

    /// Registers a caller; what is met already needs no waiting.
    mutating func register(
        _ token: ReadToken,
        reach: ReadReach,
        models: [String],
        limit: Int
    ) -> Registration {
        if let model = models.first(where: stopped.contains) {
            return .refused(.projectionStopped(model))
        }
        for (partition, place) in token.places where stoppedPartitions.contains(partition) {
            let reached = partitions[partition].map(reach.place) ?? .start
            guard reached < place else { continue }
            return .refused(.partitionStopped(partition))
        }
        let id = nextWaiter
        nextWaiter += 1
        waiters[id] = Waiter(phase: .waiting(nil), needs: [], models: models)
        for (partition, place) in token.places {
            if let state = partitions[partition], reach.place(in: state) >= place {
                needCheckpoints(id, of: partition)
            } else {
                add(.reached(reach, partition), through: place.value, for: id)
            }
        }
        if waiters[id]?.needs.isEmpty ?? true {
            waiters[id] = nil
            return .met
        }
        guard waiters.count <= limit else {
            forget(id)
            return .refused(.tooManyWaiters)
        }
        return .waiting(id)
    }

    /// Leaves the continuation to be resumed; answers a verdict when there is one already.
    mutating func attach(
        _ continuation: CheckedContinuation<Verdict, Never>,
        to id: WaiterID
    ) -> Verdict? {
        switch waiters[id]?.phase {
        case .waiting:
            waiters[id]?.phase = .waiting(continuation)
            return nil
        case .decided(let verdict):
            waiters[id] = nil
            return verdict
        case nil:
            return .failure(.cancelled)
        }
    }

    mutating func decide(
        _ id: WaiterID,
        _ verdict: Verdict,
        deciding decisions: inout [Decision]
    ) {
        guard case .waiting(let continuation) = waiters[id]?.phase else { return }
        forget(id)
        if let continuation {
            decisions.append(Decision(continuation: continuation, verdict: verdict))
        } else {
            waiters[id] = Waiter(phase: .decided(verdict), needs: [], models: [])
        }
    }

    /// What was accepted is decided up to `head`: that is what the rows have to show.
    private mutating func needCheckpoints(_ id: WaiterID, of partition: Partition) {
        guard let waiter = waiters[id], let head = partitions[partition]?.head else { return }
        for model in waiter.models
        where checkpoints[model]?[partition] ?? .start < head {
            add(.checkpoint(model, partition), through: head.value, for: id)
        }
    }

    private mutating func add(_ need: Need, through value: Int64, for id: WaiterID) {
        waiters[id]?.needs.insert(need)
        thresholds[need, default: []].append(Threshold(waiter: id, value: value))
    }

    private mutating func settle(
        _ id: WaiterID,
        need: Need,
        deciding decisions: inout [Decision]
    ) {
        guard var waiter = waiters[id] else { return }
        waiter.needs.remove(need)
        waiters[id] = waiter
        guard waiter.needs.isEmpty else { return }
        decide(id, .success(()), deciding: &decisions)
    }

    private mutating func forget(_ id: WaiterID) {
        guard let waiter = waiters.removeValue(forKey: id) else { return }
        for need in waiter.needs {
            thresholds[need]?.removeAll { $0.waiter == id }
            if thresholds[need]?.isEmpty ?? false { thresholds[need] = nil }
        }
    }
}
