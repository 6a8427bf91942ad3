// SPDX-License-Identifier: Apache-2.0

public import BillingLedger
import ExactValues
public import OutcomeDomain
public import TransparencyLog

/// Writes a bundle line by line; each call gives the bytes to append to the file.
///
/// The order of the calls is the order of the sections (ADR 0027), which is the caller's duty.
/// Memory is bounded: nothing of a line is kept but its digest, and the totals.
public struct BundleWriter: Sendable {
    private let head: BundleHead
    private var chain = LineChain()
    private var totals = BundleTotals()

    /// Begins a bundle.
    public init(_ head: BundleHead) { self.head = head }

    /// The first line.
    public mutating func begin() -> [UInt8] {
        let head = head
        return line(.bundle) { head.write(to: &$0) }
    }

    /// A key that has signed a checkpoint or signs the seal.
    public mutating func key(_ key: VerifierKey) -> [UInt8] {
        line(.key) { $0.member("vkey", key.description) }
    }

    /// A signed checkpoint; one a partition.
    public mutating func checkpoint(_ note: SignedNote) -> [UInt8] {
        line(.checkpoint) { $0.member("note", note.description) }
    }

    /// What leads from an earlier checkpoint of a partition to the one in the bundle.
    public mutating func consistency(
        _ proof: ConsistencyProof,
        partition: Int
    ) -> [UInt8] {
        line(.consistency) { writer in
            writer.member("partition", partition)
            writer.member("size", Int(proof.first))
            writer.member("proof", proof.hashes.map(\.hex).joined())
        }
    }

    /// A change of the catalog, before the first stream that depends on it.
    ///
    /// Nil when the event is not the text that it has to be: the store is damaged.
    public mutating func catalog(_ event: ProvenEvent) -> [UInt8]? { line(.catalog, event) }

    /// A stream begins, of which so many versions follow.
    public mutating func stream(
        _ key: OutcomeKey,
        partition: Int,
        versions: Int
    ) -> [UInt8] {
        line(.stream) { writer in
            writer.member("key", key.text)
            writer.member("partition", partition)
            writer.member("versions", versions)
        }
    }

    /// The next event of the stream.
    ///
    /// Nil when the event is not the text that it has to be: the store is damaged.
    public mutating func event(_ event: ProvenEvent) -> [UInt8]? { line(.event, event) }

    /// The posting of the stream's outcome.
    public mutating func posting(_ posting: Posting) -> [UInt8] {
        totals.add(posting)
        return line(.posting) { PostingLine.write(posting, to: &$0) }
    }

    /// The totals of all postings so far.
    public mutating func end() -> [UInt8] {
        var bytes: [UInt8] = []
        for opened in totals.lines {
            bytes += chain.close(opened) + [0x0A]
        }
        return bytes
    }

    /// What the seal has to be a signed note of.
    public var sealText: String { chain.sealText(log: head.log) }

    /// The last line.
    public mutating func seal(_ note: SignedNote) -> [UInt8] {
        chain.skip()
        return Self.opened(.seal) { $0.member("note", note.description) } + Array("}\n".utf8)
    }

    // MARK: Lines

    /// A line whose brace is still open.
    static func opened(
        _ section: BundleSection,
        _ write: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("section", section.rawValue)
        write(&writer)
        return writer.bytes
    }

    private mutating func line(
        _ section: BundleSection,
        _ write: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        chain.close(Self.opened(section, write)) + [0x0A]
    }

    private mutating func line(_ section: BundleSection, _ event: ProvenEvent) -> [UInt8]? {
        var isText = true
        let opened = Self.opened(section) { isText = event.write(to: &$0) }
        return isText ? chain.close(opened) + [0x0A] : nil
    }
}
