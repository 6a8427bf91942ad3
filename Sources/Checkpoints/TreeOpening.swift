// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import TransparencyLog

/// Takes partitions' trees up where their latest checkpoints left them, and sees whether the log
/// still is what those say.
struct TreeOpening {
    /// What became of one partition.
    enum Outcome {
        case opened(PartitionTree)
        /// The stored log is not the one that was signed.
        case altered(String)
    }

    let log: any EventLog & CheckpointLog

    /// Opens the trees of partitions.
    func open(_ partitions: Set<Partition>) async throws(StoreError) -> [Partition: Outcome] {
        guard !partitions.isEmpty else { return [:] }
        // In this order: a checkpoint that is read first can never be ahead of a head that is read
        // after it. The other way round, one signed in between would look like a log cut short.
        let latest = try await log.latestCheckpoints(of: partitions.sorted())
        let states = try await log.state(of: partitions.sorted())
        let verifier = try await TreeReader(log).verifier()
        var outcomes: [Partition: Outcome] = [:]
        for (partition, state) in states {
            outcomes[partition] = try await open(partition, state, latest[partition], verifier)
        }
        return outcomes
    }

    private func open(
        _ partition: Partition,
        _ state: PartitionState,
        _ checkpoint: StoredCheckpoint?,
        _ verifier: NoteVerifier
    ) async throws(StoreError) -> Outcome {
        guard let checkpoint else {
            return .opened(
                PartitionTree(
                    epoch: state.epoch,
                    frontier: MerkleFrontier(),
                    last: .zero,
                    head: state.head.value
                )
            )
        }
        if let problem = problem(with: checkpoint, of: partition, verifier) {
            return .altered(problem)
        }
        guard state.head.value >= checkpoint.size else {
            return .altered(
                "it ends at position \(state.head), before the \(checkpoint.size) that were signed"
            )
        }
        let frontier: MerkleFrontier
        do throws(StoreError) {
            frontier = try await TreeReader(log).frontier(of: partition, size: checkpoint.size)
        } catch {
            guard error.reason == .damaged else { throw error }
            return .altered("a part of its tree is missing")
        }
        guard frontier.root == checkpoint.root else {
            return .altered("its first \(checkpoint.size) events have another root")
        }
        let last = TreeRange(level: 0, first: checkpoint.size - 1, count: 1)
        guard let hash = try await log.treeHashes(in: partition, [last]).first?.first else {
            return .altered("the event at position \(checkpoint.size) is missing")
        }
        return .opened(
            PartitionTree(
                epoch: state.epoch,
                frontier: frontier,
                last: hash,
                head: state.head.value
            )
        )
    }

    /// What is wrong with a stored checkpoint by itself; nil when it is well signed and says what its
    /// row says.
    private func problem(
        with checkpoint: StoredCheckpoint,
        of partition: Partition,
        _ verifier: NoteVerifier
    ) -> String? {
        do throws(NoteError) {
            let note = try SignedNote(checkpoint.note)
            let signed = try Checkpoint(note.text)
            try verifier.verify(note)
            let said = Checkpoint(
                origin: TreeReader(log).origin(of: partition),
                size: checkpoint.size,
                root: checkpoint.root,
                time: checkpoint.time
            )
            return signed == said ? nil : "the checkpoint of size \(checkpoint.size) was changed"
        } catch {
            return "the checkpoint of size \(checkpoint.size) is not well signed: \(error)"
        }
    }
}
