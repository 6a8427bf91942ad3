// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Logging
import Metrics
import TransparencyLog

/// The parts of a turn.
extension CheckpointKeeper {
    // MARK: Looking

    /// Sees which partitions are the node's, and from time to time what only the store and the key's
    /// file can tell.
    func look(
        at now: ContinuousClock.Instant,
        partitions asked: Set<Partition>
    ) async throws(StoreError) {
        let owned = surroundings.owned()
        trees = trees.filter { owned.contains($0.key) }
        health.forget(allBut: owned)
        let isDue = lastLook.map { now - $0 >= Self.lookInterval } ?? true
        if isDue || !asked.isEmpty {
            try await takeKey()
            if trees[catalogPartition] != nil {
                let state = try await log.state(of: [catalogPartition])[catalogPartition]
                trees[catalogPartition]?.head = state?.head.value ?? 0
            }
            lastLook = now
        }
        let missing = owned.filter { trees[$0] == nil && !health.isAltered($0) }
        for (partition, outcome) in try await TreeOpening(log: log).open(missing) {
            switch outcome {
            case .opened(let tree): trees[partition] = tree
            case .altered(let what): altered(partition, what)
            }
        }
        for (partition, head) in surroundings.heads() where trees[partition] != nil {
            // Read first: an optional chain holds its access while its right side is evaluated.
            let known = trees[partition]?.head ?? 0
            trees[partition]?.head = max(known, head.value)
        }
    }

    private func altered(_ partition: Partition, _ what: String) {
        health.disagrees(partition, what)
        logger.critical(
            "the log is not what its checkpoint says; nothing more of it is signed",
            metadata: ["partition": "\(partition)", "reason": "\(what)"]
        )
    }

    /// Takes the key that signs from now on, and makes it known in the store before it signs.
    private func takeKey() async throws(StoreError) {
        do {
            identity = try await keys.current()
        } catch {
            guard identity != nil else {
                throw StoreError(.unavailable, detail: "the signing key: \(error)")
            }
            // The key in memory is as good as it was.
            logger.warning("the signing key cannot be read again", metadata: ["error": "\(error)"])
        }
        if registered.isEmpty {
            registered = Set(try await log.signingKeys().map(\.key))
        }
        for note in identity?.registrations ?? [] {
            guard let registration = try? KeyRegistration(note.text),
                !registered.contains(registration.key.description)
            else { continue }
            try await log.register(
                StoredSigningKey(
                    key: registration.key.description,
                    since: registration.since,
                    registration: note.description
                )
            )
            registered.insert(registration.key.description)
            logger.info("a signing key is known now", metadata: ["key": "\(registration.key.id)"])
        }
    }

    // MARK: Growing

    /// Lets the trees grow by what is new, from memory as far as it is there.
    func grow(at now: ContinuousClock.Instant) async throws(StoreError) {
        for (partition, tree) in trees {
            var tree: PartitionTree? = tree
            try await grow(&tree, of: partition, at: now)
            trees[partition] = tree
        }
    }

    /// A tree whose log has gone another way is given up: it is opened again from the store.
    private func grow(
        _ tree: inout PartitionTree?,
        of partition: Partition,
        at now: ContinuousClock.Instant
    ) async throws(StoreError) {
        var room = Self.turnLimitEvents
        while room > 0, var growing = tree {
            if let part = feed.part(in: partition, after: growing.size) {
                guard try await goesOn(growing, part, in: partition) else {
                    tree = nil
                    return
                }
                growing.feedTurn = part.turn
                growing.append(part.hashes, at: now)
                room -= part.hashes.count
                tree = growing
                if part.hashes.isEmpty { return }
            } else {
                guard growing.isBehind else { return }
                let count = min(Int(growing.head - growing.size), Self.readLimitEvents)
                // With the last leaf, which may have come from memory.
                let known = growing.size > 0 ? 1 : 0
                let range = TreeRange(
                    level: 0,
                    first: growing.size - Int64(known),
                    count: count + known
                )
                let read = try await log.treeHashes(in: partition, [range]).first ?? []
                guard read.count > known, known == 0 || read.first == growing.last else {
                    // A fail-over has lost what was seen of the log.
                    tree = nil
                    return
                }
                growing.append(Array(read.dropFirst(known)), at: now)
                room -= read.count
                tree = growing
            }
        }
    }

    /// Whether a part of the feed goes on from a tree's last leaf.
    ///
    /// Where the feed has begun anew, the
    /// log has to have that leaf still.
    private func goesOn(
        _ tree: PartitionTree,
        _ part: HashFeed.Part,
        in partition: Partition
    ) async throws(StoreError) -> Bool {
        guard part.turn != tree.feedTurn, tree.size > 0 else { return true }
        let last = TreeRange(level: 0, first: tree.size - 1, count: 1)
        return try await log.treeHashes(in: partition, [last]).first?.first == tree.last
    }

    // MARK: Signing

    /// Signs the trees of partitions as they are, and stores what was signed.
    func sign(_ partitions: [Partition]) async throws(StoreError) {
        guard let signer = identity?.signer, !partitions.isEmpty else { return }
        let time = surroundings.now()
        var appends: [CheckpointAppend] = []
        for partition in partitions {
            guard let tree = trees[partition] else { continue }
            let checkpoint = Checkpoint(
                origin: TreeOrigin(log: log.logName, partition: partition.number),
                size: tree.size,
                root: tree.frontier.root,
                time: time
            )
            guard let note = try? signer.sign(checkpoint.text) else {
                throw StoreError(.unavailable, detail: "the checkpoint cannot be signed")
            }
            appends.append(
                CheckpointAppend(
                    checkpoint: StoredCheckpoint(
                        partition: partition,
                        size: checkpoint.size,
                        root: checkpoint.root,
                        time: time,
                        note: note.description
                    ),
                    epoch: tree.epoch,
                    last: tree.last,
                    tiles: tree.tiles
                )
            )
        }
        let written = try await log.appendCheckpoints(appends)
        for partition in partitions {
            if written.contains(partition) {
                trees[partition]?.signed()
            } else {
                // Somebody else owns it, or the log has gone another way: see the store.
                trees[partition] = nil
            }
        }
        made.increment(by: written.count)
    }
}
