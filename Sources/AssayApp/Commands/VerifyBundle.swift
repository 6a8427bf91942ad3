// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import Evidence
import ExactValues
import Foundation
import SystemPackage
import TransparencyLog

/// `assay verify FILE`: checks an evidence bundle with no server and no store.
public enum VerifyBundle {
    /// Checks a bundle and tells what was checked, and what no bundle can show.
    ///
    /// - Parameters:
    ///   - file: The bundle.
    ///   - keys: The keys that are trusted, in the text form of C2SP's signed notes.
    ///   - exported: A file of `assay checkpoints export`, or nil.
    ///   - say: Takes each line.
    /// - Returns: Whether everything holds.
    /// - Throws: `CommandFailure` when something cannot be read.
    public static func run(
        file: String,
        keys: [String],
        exported: String?,
        say: (String) -> Void
    ) async throws -> Bool {
        let trusted = try keys.map { text in
            guard let key = VerifierKey(text) else {
                throw CommandFailure(
                    "'\(text)' is no public key: assay key show prints those of a node."
                )
            }
            return key
        }
        let verifier = EvidenceVerifier(
            trusted: NoteVerifier(keys: trusted),
            exported: try exported.map { try checkpoints(in: $0).map(\.note) } ?? []
        )
        let start = ContinuousClock.now
        let (report, bytes) = try await read(file, by: verifier)
        let seconds = start.duration(to: .now) / .seconds(1)
        tell(report, of: file, bytes: bytes, seconds: seconds, say: say)
        return report.isProven
    }

    private static func read(
        _ file: String,
        by verifier: EvidenceVerifier
    ) async throws -> (report: EvidenceReport, bytes: Int) {
        do {
            return try await BundleFile.verify(file, by: verifier)
        } catch let error as Errno {
            throw CommandFailure("The bundle \(file) cannot be read: \(error).")
        }
    }

    /// The checkpoints that somebody has kept, as they were exported.
    static func checkpoints(
        in file: String
    ) throws -> [(note: SignedNote, checkpoint: Checkpoint)] {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CommandFailure("The file \(file) cannot be read.")
        }
        guard let notes = CheckpointExport.notes(in: Array(data)) else {
            throw CommandFailure(
                "The file \(file) is none of assay checkpoints export, and no answer of "
                    + "GET /v1/checkpoints."
            )
        }
        return try notes.map { exported in
            guard let note = try? SignedNote(exported.note),
                let checkpoint = try? Checkpoint(note.text)
            else {
                throw CommandFailure(
                    "The checkpoint of partition \(exported.partition) in \(file) is malformed."
                )
            }
            return (note, checkpoint)
        }
    }

    // MARK: Telling

    private static func tell(
        _ report: EvidenceReport,
        of file: String,
        bytes: Int,
        seconds: Double,
        say: (String) -> Void
    ) {
        say("\(file): \(report.lines.counted("line")), \(bytes.counted("byte"))")
        if let head = report.head { say("  about      \(head.phrase)") }
        let signers = report.signers.map { "\($0.name)+\($0.id)" }.joined(separator: ", ")
        say(
            "  signed     \(report.checkpoints.counted("checkpoint")) and the seal, by "
                + (signers.isEmpty ? "nobody trusted" : signers)
        )
        say(
            "  hashed     \(report.events.counted("event")) of \(report.streams.counted("outcome")) "
                + "and \(report.catalogEvents.counted("catalog change")), each chained and found "
                + "under a checkpoint"
        )
        say("  decided    \(report.decisions.counted("event")) once more, with proofs and states")
        say(
            "  computed   \(report.postings.counted("posting")) from price and quantity, "
                + "\(report.totals.counted("total"))"
        )
        let compared = report.comparedCheckpoints
        if compared + report.otherCheckpoints > 0 {
            say(
                "  compared   \(compared) of \(compared + report.otherCheckpoints) exported "
                    + "checkpoints; the others are of partitions or later sizes that are not in it"
            )
        }
        say("  in         \(Self.pace(report.events + report.catalogEvents, seconds))")
        for problem in report.problems { say("WRONG: \(problem)") }
        let more = report.problemCount - report.problems.count
        if more > 0 { say("WRONG: and \(more) more") }
        guard report.isProven else {
            return say("NOT PROVEN: \(report.problemCount.counted("problem")).")
        }
        say("PROVEN: what this file says is in the log, and follows from it.")
        say("It does not show:")
        for limit in report.limits { say("  - \(limit)") }
    }

    private static func pace(_ events: Int, _ seconds: Double) -> String {
        let milliseconds = Int((seconds * 1_000).rounded())
        guard seconds > 0.001 else { return "\(milliseconds) ms" }
        return "\(milliseconds) ms: \(Int(Double(events) / seconds)) events/s"
    }
}

extension BundleHead {
    /// What the bundle is about, for people.
    fileprivate var phrase: String {
        let what =
            switch subject {
            case .outcomes(let keys): keys.count.counted("outcome")
            case .posting(let id): "posting \(id)"
            case .period(let customer, let from, let to):
                "customer \(customer), booked from \(from) to \(to)"
            }
        return "\(what), account \(account) of \(log), made at \(madeAt)"
    }
}

extension EvidenceReport {
    /// What no bundle can show, and what this one does not.
    fileprivate var limits: [String] {
        var limits: [String] = []
        if let provenUntil {
            limits.append("what was written after its oldest checkpoint, of \(provenUntil)")
        }
        if unsettled > 0 {
            limits.append("how the \(unsettled.counted("outcome")) that still ran then ended")
        }
        switch head?.subject {
        case .period:
            limits.append(
                "that these are all postings of the customer in the period: a proof tells what is in "
                    + "the log, not what is not. The seal makes whoever signed it answer for that"
            )
        default:
            limits.append("other outcomes of the same customer")
        }
        limits.append(
            "that no catalog change lay between those in it; codes that only the catalog gives are "
                + "taken as recorded (assay audit asks it again)"
        )
        if comparedCheckpoints == 0 {
            limits.append(
                "that the log was not written anew before its checkpoints were signed: compare "
                    + "checkpoints that you have kept, with --checkpoints"
            )
        }
        limits.append("that what was reported to the log has happened")
        return limits
    }
}
