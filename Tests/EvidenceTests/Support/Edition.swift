// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import CatalogDomain
import EventSchema
import EventStore
import Evidence
import ExactValues
import OutcomeDomain
import TransparencyLog

/// Writes a bundle of an archive, or one that a forger with the log's own key would write.
struct Edition {
    var archive: Archive
    var keys = [Archive.confirmed]
    var subject: BundleSubject?
    /// Who signs the checkpoints.
    var signer = TestKeys.own
    /// Who signs the seal.
    var sealer = TestKeys.own
    var listed = [TestKeys.own.verifierKey]
    /// The events of a stream as they are written.
    var events: (_ key: Text, [StoredEvent]) -> [StoredEvent] = { $1 }
    var versions: (_ events: Int) -> Int = { $0 }
    /// The place whose proof an event gets.
    var provenPlace: (StoredEvent) -> Int64 = { $0.position.value }
    var posting: (Posting) -> Posting? = { $0 }
    var holdsChange: (CatalogEvent) -> Bool = { _ in true }
    var partition: (Int) -> Int = { $0 }
    /// Sizes of earlier trees from which the bundle leads on.
    var earlier: [Int: Int] = [:]
    var consistency: (ConsistencyProof) -> ConsistencyProof? = { $0 }

    func write() throws -> [UInt8] {
        var writer = BundleWriter(
            BundleHead(
                log: Archive.log,
                account: archive.account,
                partitions: Archive.partitions,
                subject: try subject ?? .outcomes(keys.map { try need(OutcomeKey($0)) }),
                madeAt: instant(20_000)
            )
        )
        var bytes = writer.begin()
        for key in listed { bytes += writer.key(key) }
        let partitions = Set(keys.map { partition(archive.partition(of: $0)) }).sorted()
        for partition in partitions + [Archive.partitions] {
            let note = try signer.sign(archive.checkpoint(partition).text)
            bytes += writer.checkpoint(note)
        }
        for (partition, size) in earlier.sorted(by: { $0.key < $1.key }) {
            let proof = try archive.consistency(from: size, in: partition)
            guard let written = consistency(proof) else { continue }
            bytes += writer.consistency(written, partition: partition)
        }
        for event in archive.changes where try isNeeded(event) {
            bytes += try need(writer.catalog(try proven(event)))
        }
        for key in keys {
            bytes += try write(key, with: &writer)
        }
        bytes += writer.end()
        return bytes + writer.seal(try sealer.sign(writer.sealText))
    }

    private func write(_ key: Text, with writer: inout BundleWriter) throws -> [UInt8] {
        let events = events(key, archive.streams[key, default: []])
        var bytes = writer.stream(
            try need(OutcomeKey(key)),
            partition: partition(archive.partition(of: key)),
            versions: versions(events.count)
        )
        var terms: BillingTerms?
        var postings: [Posting] = []
        for event in events {
            bytes += try need(writer.event(try proven(event)))
            guard let recorded = try? OutcomeEventSchema.recorded(from: event),
                let booked = try? BillingTerms.fold(&terms, recorded),
                let written = posting(booked)
            else { continue }
            postings.append(written)
        }
        for posting in postings { bytes += writer.posting(posting) }
        return bytes
    }

    private func proven(_ event: StoredEvent) throws -> ProvenEvent {
        let proof = try archive.inclusion(
            of: provenPlace(event),
            in: event.partition.number
        )
        return ProvenEvent(event: event, proof: proof)
    }

    private func isNeeded(_ event: StoredEvent) throws -> Bool {
        holdsChange(try CatalogEventSchema.fact(from: event).event)
    }
}

/// Keys of nobody: everybody can read them.
enum TestKeys {
    /// The one the log signs by.
    static let own = key(
        "PRIVATE+KEY+golden.assay.test+f65239c3+ATUXfIVmfIVO0nHaKXSE3"
            + "YAXbVIA8OULF/T9OGo3cUkl"
    )
    /// One of the same name that nobody trusts.
    static let stranger = key(
        "PRIVATE+KEY+golden.assay.test+09e428b3+Ae8Q09Dgg68x4yCAKwSaZ"
            + "YPd3Zdb0GPkYJJdoOs4NnAL"
    )

    private static func key(_ text: String) -> NoteSigner {
        guard let signer = NoteSigner(privateText: text) else {
            preconditionFailure("a test key that is none")
        }
        return signer
    }
}

/// Holds bytes against the keys, as a whole file.
func verify(
    _ bytes: [UInt8],
    trusting keys: [VerifierKey] = [TestKeys.own.verifierKey],
    exported: [SignedNote] = []
) -> EvidenceReport {
    var verifier = EvidenceVerifier(trusted: NoteVerifier(keys: keys), exported: exported)
    verifier.takeAll(bytes)
    return verifier.finish(endsInLineFeed: bytes.last == 0x0A)
}

/// Holds bytes against the keys, each stream as a part of its own.
func verifyInParts(_ bytes: [UInt8]) async -> EvidenceReport {
    let key = TestKeys.own.verifierKey
    var verifier = EvidenceVerifier(trusted: NoteVerifier(keys: [key]), exported: [])
    let end = bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    await verifier.take(lines: BundleLines(Array(bytes[..<end])), partBytes: 1)
    if end < bytes.count { verifier.takeAll(Array(bytes[end...])) }
    return verifier.finish(endsInLineFeed: bytes.last == 0x0A)
}

extension EvidenceVerifier {
    /// Takes each line of these bytes.
    mutating func takeAll(_ bytes: [UInt8]) {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        for line in lines {
            line.withUnsafeBufferPointer { take($0) }
        }
    }
}
