// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import EventStore
import Foundation
import StoreAudit
import TransparencyLog

extension KeptCheckpoints {
    /// Reads what `assay checkpoints export` wrote.
    ///
    /// - Throws: `CommandFailure` when it is not there or is another thing.
    init(file path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("The file \(path) cannot be read.")
        }
        guard let export = CheckpointExport(json: Array(data)) else {
            throw CommandFailure("\(path) is not what assay checkpoints export writes.")
        }
        var notes: [Partition: SignedNote] = [:]
        for kept in export.checkpoints {
            do throws(NoteError) {
                notes[Partition(kept.partition)] = try SignedNote(kept.note)
            } catch {
                throw CommandFailure(
                    "\(path) has a checkpoint of partition \(kept.partition) that is none: \(error)."
                )
            }
        }
        self.init(
            log: export.log,
            keys: export.keys.compactMap { VerifierKey($0.key) },
            notes: notes
        )
    }
}
