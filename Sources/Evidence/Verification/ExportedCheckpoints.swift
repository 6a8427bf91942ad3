// SPDX-License-Identifier: Apache-2.0

import ExactValues
import TransparencyLog

/// Checkpoints that were kept outside of the log, against which those of a bundle are held.
struct ExportedCheckpoints {
    private var byTree: [TreeOrigin: [Int64: Digest]] = [:]

    /// How many there are, each size of a tree once.
    private(set) var count = 0

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

    /// The root of a tree when it had so many leaves; nil when no such checkpoint was exported.
    func root(of origin: TreeOrigin, size: Int64) -> Digest? { byTree[origin]?[size] }
}
