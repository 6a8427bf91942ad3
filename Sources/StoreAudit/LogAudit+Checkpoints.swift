// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import TransparencyLog

extension LogAudit {
    /// So many checkpoints are read together.
    static let pageLimitCheckpoints = 512

    /// The keys by which the store's checkpoints are judged: those that were kept and what follows
    /// from them, or, where nothing was kept, the store's own.
    func verifier() async throws -> NoteVerifier {
        let stored = try await store.signingKeys()
        guard let kept, !kept.keys.isEmpty else {
            return NoteVerifier(keys: stored.compactMap { VerifierKey($0.key) })
        }
        return NoteVerifier(keys: kept.keys)
            .following(stored.compactMap { try? SignedNote($0.registration) })
    }

    /// Each key that has signed says of itself, under its own signature, what its row says.
    func checkSigningKeys(into findings: inout AuditFindings) async throws {
        for (index, stored) in try await store.signingKeys().enumerated() {
            do throws(NoteError) {
                let note = try SignedNote(stored.registration)
                let registration = try KeyRegistration(note.text)
                try NoteVerifier(keys: [registration.key]).verify(note)
                if registration.log == store.logName, registration.since == stored.since,
                    "\(registration.key)" == stored.key
                {
                    continue
                }
            } catch {
                // Named below, like one that says something else.
            }
            findings.add(
                AuditFinding(
                    "signing_key",
                    at: AuditPlace(),
                    "the registration of signing key \(index + 1) does not hold"
                )
            )
        }
    }

    /// The store's keys that no other one vouches for: whoever has written the store can have put
    /// them there, so each has to be compared with what its node says.
    func unvouchedKeys() async throws -> [String] {
        var known = NoteVerifier(keys: kept?.keys ?? [])
        var notes: [String] = []
        for stored in try await store.signingKeys() {
            guard let key = VerifierKey(stored.key), !known.keys.contains(key) else { continue }
            let followed = known.following(
                [try? SignedNote(stored.registration)].compactMap(\.self)
            )
            guard !followed.keys.contains(key) else {
                known = followed
                continue
            }
            known = NoteVerifier(keys: known.keys + [key])
            notes.append(
                "No key before it vouches for the signing key \(key), which signs since "
                    + "\(stored.since): compare it with what assay key show says on its node, or give "
                    + "checkpoints that were kept."
            )
        }
        return notes
    }

    /// What was kept of a partition: the log must have that root at that size.
    func keptMarks(
        of partition: Partition,
        into findings: inout AuditFindings
    ) -> [TreeWalk.Mark] {
        guard let kept, let note = kept.notes[partition] else { return [] }
        do throws(NoteError) {
            try NoteVerifier(keys: kept.keys).verify(note)
            let checkpoint = try Checkpoint(note.text)
            let origin = TreeOrigin(log: store.logName, partition: partition.number)
            guard checkpoint.origin == origin else {
                findings.add(
                    AuditFinding(
                        "checkpoint_foreign",
                        at: AuditPlace(partition: partition),
                        "the kept checkpoint is of \(checkpoint.origin), not of \(origin)"
                    )
                )
                return []
            }
            return [TreeWalk.Mark(size: checkpoint.size, root: checkpoint.root, isKept: true)]
        } catch {
            findings.add(
                AuditFinding(
                    "checkpoint_signature",
                    at: AuditPlace(partition: partition),
                    "the kept checkpoint does not hold: \(error)"
                )
            )
            return []
        }
    }

    /// Loads the store's checkpoints up to a place, each with its signature checked.
    func load(
        _ tree: inout TreeWalk,
        of partition: Partition,
        through place: LogPosition,
        by verifier: NoteVerifier,
        into findings: inout AuditFindings
    ) async throws {
        while !tree.isLoaded, tree.loadedSize < place.value {
            let page = try await store.checkpoints(
                in: partition,
                after: tree.loadedSize,
                limit: Self.pageLimitCheckpoints
            )
            for checkpoint in page {
                guard let problem = problem(with: checkpoint, by: verifier) else { continue }
                findings.add(
                    AuditFinding(
                        "checkpoint_signature",
                        at: AuditPlace(
                            partition: partition,
                            position: LogPosition(checkpoint.size)
                        ),
                        problem
                    )
                )
            }
            tree.loaded(
                page.map { TreeWalk.Mark(size: $0.size, root: $0.root, isKept: false) }
            )
        }
    }

    private func problem(with stored: StoredCheckpoint, by verifier: NoteVerifier) -> String? {
        do throws(NoteError) {
            let note = try SignedNote(stored.note)
            try verifier.verify(note)
            let said = Checkpoint(
                origin: TreeOrigin(log: store.logName, partition: stored.partition.number),
                size: stored.size,
                root: stored.root,
                time: stored.time
            )
            return try Checkpoint(note.text) == said
                ? nil : "the checkpoint says something else than what was signed"
        } catch {
            return "the checkpoint is not well signed: \(error)"
        }
    }

    /// What the walk has found of the tree: roots that differ, a log that ends before a checkpoint,
    /// and parts of the tree that are kept for proofs and are others.
    func judge(
        _ tree: TreeWalk,
        of partition: Partition,
        into findings: inout AuditFindings
    ) async throws {
        for mark in tree.mismatches {
            findings.add(
                AuditFinding(
                    mark.isKept ? "kept_checkpoint_differs" : "checkpoint_differs",
                    at: AuditPlace(partition: partition, position: LogPosition(mark.size)),
                    "the first \(mark.size) events have another root than the "
                        + (mark.isKept ? "kept" : "stored") + " checkpoint"
                )
            )
        }
        let unmet = tree.unmet.filter { $0.size > tree.frontier.size && tree.isWhole }
        // What was kept was there before the audit; the store may have signed more since the walk.
        let end =
            try await unmet.isEmpty
            ? LogPosition.start : standing(of: partition).state.head
        for mark in unmet where mark.isKept || mark.size > end.value {
            findings.add(
                AuditFinding(
                    mark.isKept ? "cut_below_kept_checkpoint" : "cut_below_checkpoint",
                    at: AuditPlace(partition: partition, position: LogPosition(mark.size)),
                    "there was an event here when the checkpoint was signed, and the log ends at "
                        + "\(tree.frontier.size)"
                )
            )
        }
        guard tree.isWhole else { return }
        let signed = min(tree.loadedSize, tree.frontier.size)
        for level in 1...TreeTile.maximumLevel {
            let count = signed >> Int64(level * TreeTile.bitsPerLevel)
            guard count > 0 else { return }
            let tiles = tree.tiles.filter { $0.level == level && $0.number < count }
            try await compare(tiles, of: partition, into: &findings)
        }
    }

    private func compare(
        _ tiles: [TreeTile],
        of partition: Partition,
        into findings: inout AuditFindings
    ) async throws {
        for start in stride(from: 0, to: tiles.count, by: Self.pageLimitRows) {
            let part = tiles[start..<min(start + Self.pageLimitRows, tiles.count)]
            guard let first = part.first else { return }
            let range = TreeRange(level: first.level, first: first.number, count: part.count)
            let stored = try await store.treeHashes(in: partition, [range]).first ?? []
            for (index, tile) in part.enumerated()
            where index >= stored.count || stored[index] != tile.hash {
                let last = (tile.number + 1) << Int64(tile.level * TreeTile.bitsPerLevel)
                findings.add(
                    AuditFinding(
                        "tile_differs",
                        at: AuditPlace(partition: partition, position: LogPosition(last)),
                        "a part of the tree that ends here and is kept for proofs is missing or "
                            + "another one"
                    )
                )
                if index >= stored.count { break }
            }
        }
    }
}
