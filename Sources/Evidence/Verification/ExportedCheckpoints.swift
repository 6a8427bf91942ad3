// SPDX-License-Identifier: Apache-2.0

import ExactValues
import TransparencyLog

/// Checkpoints that were kept outside of the log, against which those of a bundle are held.
struct ExportedCheckpoints {
    private var byTree: [TreeOrigin: [Int64: Digest]] = [:]

    /// How many there are, each size of a tree once.
    private(set) var count = 0
    private var compared: [TreeOrigin: Set<Int64>] = [:]

    /// Takes one in; says what is wrong when it is none that counts.
    mutating func take(_ note: SignedNote, _ trusted: NoteVerifier) -> String? {
        do throws(NoteError) {
            try trusted.verify(note)
            let checkpoint = try Checkpoint(note.text)
            let known = byTree[checkpoint.origin]?[checkpoint.size]
            guard known == nil || known == checkpoint.root else {
                return "is another one than an exported one of the same size: the log was forked"
            }
            if known == nil { count += 1 }
            byTree[checkpoint.origin, default: [:]][checkpoint.size] = checkpoint.root
            return nil
        } catch {
            return error.description
        }
    }

    /// The root of a tree when it had so many leaves, which is compared with that; nil when no such
    /// checkpoint was exported.
    mutating func compare(_ origin: TreeOrigin, size: Int64) -> Digest? {
        guard let root = byTree[origin]?[size] else { return nil }
        compared[origin, default: []].insert(size)
        return root
    }

    /// How many were compared.
    var comparedCount: Int { compared.values.reduce(0) { $0 + $1.count } }

    /// The sizes of a tree, up to one, that nothing was compared with.
    func sizesLeftOut(of origin: TreeOrigin, through size: Int64) -> [Int64] {
        let compared = compared[origin, default: []]
        return byTree[origin, default: [:]].keys
            .filter { $0 >= 1 && $0 <= size && !compared.contains($0) }
            .sorted()
    }
}
