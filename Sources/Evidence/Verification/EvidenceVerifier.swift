// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import EventSchema
import ExactValues
import OutcomeDomain
public import TransparencyLog

/// Checks a bundle line by line, with nothing at hand but the file and the keys that are trusted.
///
/// Each byte of the file counts: a line is bound to those before it by its digest, the last digest
/// is signed, and what a line says is held against what follows from others. A value that is fed in
/// order; it holds one stream at a time, the catalog lines and one proof a partition.
public struct EvidenceVerifier: Sendable {
    /// The longest line that is read.
    public static let limitLineBytes = 16_777_216

    let trusted: NoteVerifier
    var exported: ExportedCheckpoints
    var report = EvidenceReport()

    var chain = LineChain()
    var rank = 0
    private(set) var isSealed = false
    var section: BundleSection?

    var head: BundleHead?
    var listed: [VerifierKey] = []
    var trees: [Int: ProvenTree] = [:]
    var catalog = BundledCatalog()
    var stream: StreamCheck?
    var factReader = OutcomeFactReader()
    /// The key of the stream that is being read; nil where its line cannot be.
    var streamKey: Text?
    var subject: SubjectCheck?
    /// The streams that were read to their end, where another verifier knows which there have to be.
    var closings: [StreamClosing]?
    var totals = BundleTotals()
    private var awaitedTotals: [[UInt8]]?

    /// Trusts these keys and no others.
    ///
    /// `exported`: Checkpoints that were kept outside of the log; the bundle's have to agree with
    /// them.
    public init(trusted: NoteVerifier, exported: [SignedNote] = []) {
        self.trusted = trusted
        self.exported = ExportedCheckpoints()
        for (index, note) in exported.enumerated() {
            guard let what = self.exported.take(note, trusted) else { continue }
            report.add(
                EvidenceProblem(
                    line: 0,
                    section: nil,
                    stream: nil,
                    version: nil,
                    field: "exported checkpoint \(index + 1)",
                    what: what
                )
            )
        }
    }

    /// Takes the next line, without its line feed.
    public mutating func take(_ line: UnsafeBufferPointer<UInt8>) {
        section = BundleSection(of: line)
        guard let section, section != .seal, !isSealed else {
            return takeLast(line)
        }
        guard let opened = chain.open(line) else {
            return found("digest", "does not end in its digest")
        }
        report.lines = chain.count
        if section.rank < rank { found(nil, "stands out of its order") }
        rank = max(rank, section.rank)
        if section != .event, section != .posting { closeStream() }
        if head == nil, section != .bundle {
            found(nil, "stands before the line that says what the bundle is about")
        } else if !Text.isValid(utf8: opened.content) {
            found(nil, "is not UTF-8")
        } else {
            read(section, opened.content)
        }
        if !opened.isRight {
            found("digest", "is not of this line and the one before it: one of them was changed")
        }
    }

    /// Says that there are no more lines.
    ///
    /// `endsInLineFeed`: Whether the last line ended in a line feed, as each has to.
    public mutating func finish(endsInLineFeed: Bool) -> EvidenceReport {
        section = nil
        if !isSealed {
            foundInFile("is not sealed: its end is missing")
        } else if !endsInLineFeed {
            foundInFile("does not end in a line feed")
        }
        holdExported()
        return report
    }

    private mutating func read(
        _ section: BundleSection,
        _ content: UnsafeBufferPointer<UInt8>
    ) {
        var reader = LineReader(content)
        do throws(LineFault) {
            try reader.expect(section.opening)
            switch section {
            case .bundle: try takeHead(&reader)
            case .key: try takeKey(&reader)
            case .checkpoint: try takeCheckpoint(&reader)
            case .consistency: try takeConsistency(&reader)
            case .catalog: try takeCatalog(&reader)
            case .stream: try takeStream(&reader)
            case .event: try takeEvent(&reader)
            case .posting: return takePosting(content)
            case .total: return takeTotal(content)
            case .seal: return
            }
            guard reader.isAtEnd else {
                throw LineFault(field: "digest", offset: reader.position)
            }
        } catch {
            found(error.field, "is not written as it has to be, at byte \(error.offset)")
        }
    }

    // MARK: The end

    private mutating func takeTotal(_ content: UnsafeBufferPointer<UInt8>) {
        var awaited = awaitedTotals ?? totals.lines
        report.totals += 1
        if awaited.isEmpty {
            found(nil, "is a total that no posting is in")
        } else {
            hold(content, against: awaited.removeFirst(), "the postings come to")
        }
        awaitedTotals = awaited
    }

    /// A seal, or a line that is none of this format.
    private mutating func takeLast(_ line: UnsafeBufferPointer<UInt8>) {
        let text = head.map { chain.sealText(log: $0.log) }
        chain.skip()
        report.lines = chain.count
        guard !isSealed else { return found(nil, "stands after the seal") }
        guard section == .seal else { return found("section", "is none of this format") }
        isSealed = true
        closeStream()
        if let fault = subject?.fault { foundInFile(fault) }
        for missing in awaitedTotals ?? totals.lines {
            found("note", "the total is missing before it: \(Self.members(of: missing))")
        }
        var reader = LineReader(line)
        do throws(LineFault) {
            try reader.expect(BundleSection.seal.opening)
            let note = try takeNote(&reader)
            try reader.expect("}")
            guard reader.isAtEnd else { throw LineFault(field: "note", offset: reader.position) }
            guard let note, let text else { return }
            if !note.text.utf8.elementsEqual(text.utf8) {
                found("note", "signs another file: lines were changed, added or removed")
            }
        } catch {
            found(error.field, "is not written as it has to be, at byte \(error.offset)")
        }
    }

    private static func members(of total: [UInt8]) -> String {
        let opening = BundleSection.total.opening.utf8CodeUnitCount
        return String(decoding: total.dropFirst(opening + 1), as: UTF8.self)
    }
}

// MARK: Problems

extension EvidenceVerifier {
    /// Something is wrong in the line that is being read.
    mutating func found(_ field: String?, _ what: String, version: Int? = nil) {
        let isOfStream = section == .event || section == .posting
        report.add(
            EvidenceProblem(
                line: chain.count,
                section: section?.rawValue,
                stream: isOfStream ? streamKey : nil,
                version: version,
                field: field,
                what: what
            )
        )
    }

    /// Something is wrong with the file as a whole.
    mutating func foundInFile(_ what: String) {
        report.add(
            EvidenceProblem(
                line: 0,
                section: nil,
                stream: nil,
                version: nil,
                field: nil,
                what: what
            )
        )
    }

    /// Holds a line that follows from others against what it has to be, and names the first member
    /// that is not.
    mutating func hold(
        _ content: UnsafeBufferPointer<UInt8>,
        against awaited: [UInt8],
        _ source: String
    ) {
        guard !content.elementsEqual(awaited) else { return }
        let same = zip(content, awaited).prefix { $0 == $1 }.count
        let field = Self.member(at: same, of: awaited)
        found(field, "\(source) something else, from byte \(same) on")
    }

    /// The name of the member that stands at a byte of a line.
    private static func member(at offset: Int, of line: [UInt8]) -> String? {
        let read = line.prefix(offset)
        let end = read.indices.dropLast().last { index in
            read[index] == 0x22 && read[index + 1] == 0x3A && index > 0 && read[index - 1] != 0x5C
        }
        guard let end, let start = read[..<end].lastIndex(of: 0x22) else { return nil }
        return String(decoding: read[(start + 1)..<end], as: UTF8.self)
    }
}
