// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import TransparencyLog

// What the bundle is about, who has signed it, and the trees its events are held against.
extension EvidenceVerifier {
    mutating func takeHead(_ reader: inout LineReader) throws(LineFault) {
        let head = try BundleHead(&reader)
        guard self.head == nil else { return found(nil, "is a second one") }
        self.head = head
        report.head = head
        subject = SubjectCheck(head.subject)
        if Partitioning(count: head.partitions) == nil {
            found("partitions", "is no number of partitions")
        }
        if case .period(_, let from, let to) = head.subject, from >= to {
            found("to", "is not after the beginning of the period")
        }
    }

    mutating func takeKey(_ reader: inout LineReader) throws(LineFault) {
        try reader.name("vkey")
        guard let key = VerifierKey(try reader.text().string) else { throw reader.fault() }
        guard !listed.contains(key) else { return found("vkey", "stands here twice") }
        listed.append(key)
    }

    mutating func takeCheckpoint(_ reader: inout LineReader) throws(LineFault) {
        guard let note = try takeNote(&reader) else { return }
        let checkpoint: Checkpoint
        do throws(NoteError) {
            checkpoint = try Checkpoint(note.text)
        } catch {
            return found("note", error.description)
        }
        guard checkpoint.origin.log == head?.log else {
            return found("note", "is of the log \(checkpoint.origin.log)")
        }
        guard trees[checkpoint.origin.partition] == nil else {
            return found("note", "is a second one of partition \(checkpoint.origin.partition)")
        }
        report.checkpoints += 1
        report.provenUntil = min(report.provenUntil ?? checkpoint.time, checkpoint.time)
        trees[checkpoint.origin.partition] = ProvenTree(checkpoint)
        let root = exported.compare(checkpoint.origin, size: checkpoint.size)
        guard let root else { return }
        if root != checkpoint.root {
            found("note", "has another root than the exported checkpoint of the same size")
        }
    }

    mutating func takeConsistency(_ reader: inout LineReader) throws(LineFault) {
        try reader.name("partition")
        let partition = try reader.integer()
        try reader.name("size")
        let size = Int64(try reader.integer())
        try reader.name("proof")
        let digits = try reader.plain()
        guard let hashes = Self.hashes(digits) else { throw reader.fault() }
        guard let tree = trees[partition] else {
            return found("partition", "has no checkpoint in this bundle")
        }
        let origin = tree.checkpoint.origin
        guard
            let proof = ConsistencyProof(
                first: size,
                second: tree.checkpoint.size,
                hashes: hashes
            ), size < tree.checkpoint.size
        else { return found("size", "is not before the checkpoint of its partition") }
        guard let root = exported.compare(origin, size: size) else { return }
        if !proof.verifies(firstRoot: root, secondRoot: tree.checkpoint.root) {
            found("proof", "does not lead from the exported checkpoint to this one's")
        }
    }

    /// Tells each exported checkpoint that a tree of the bundle should have been compared with.
    mutating func holdExported() {
        for (_, tree) in trees.sorted(by: { $0.key < $1.key }) {
            let (origin, size) = (tree.checkpoint.origin, tree.checkpoint.size)
            for size in exported.sizesLeftOut(of: origin, through: size) {
                foundInFile(
                    "does not lead on from the exported checkpoint of \(origin) with "
                        + "\(size) events: collect with --checkpoints FILE"
                )
            }
        }
        report.comparedCheckpoints = exported.comparedCount
        report.otherCheckpoints = exported.count - exported.comparedCount
    }

    private static func hashes(_ digits: UnsafeBufferPointer<UInt8>) -> [Digest]? {
        let step = 2 * Digest.byteCount
        guard digits.count.isMultiple(of: step) else { return nil }
        var hashes: [Digest] = []
        for start in stride(from: 0, to: digits.count, by: step) {
            let text = UnsafeBufferPointer(rebasing: digits[start..<(start + step)])
            guard let hash = Digest(digits: text) else { return nil }
            hashes.append(hash)
        }
        return hashes
    }

    /// Takes a signed note: every signature is of a key the bundle lists, and one of a trusted key.
    ///
    /// Nil when it is none, which is told.
    mutating func takeNote(_ reader: inout LineReader) throws(LineFault) -> SignedNote? {
        try reader.name("note")
        let text = try reader.text().string
        do throws(NoteError) {
            let note = try SignedNote(text)
            let listed = try NoteVerifier(keys: self.listed).verify(note)
            guard listed.unknownCount == 0 else {
                found("note", "is signed by a key that the bundle does not list")
                return note
            }
            for signer in try trusted.verify(note).signers where !report.signers.contains(signer) {
                report.signers.append(signer)
            }
            return note
        } catch {
            found("note", Self.phrase(error))
            return nil
        }
    }

    private static func phrase(_ error: NoteError) -> String {
        error == .unknownSigners ? "is not signed by a trusted key" : error.description
    }
}
