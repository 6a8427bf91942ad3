// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import Checkpoints
import EventStore
import Evidence
import ExactValues
import OutcomeDomain
import TransparencyLog

/// A bundle under way.
struct CollectedBundle {
    /// Events of a stream are read in pages of at most this many, and of some megabytes.
    private static let pageLimitEvents = 500
    /// The streams whose beginnings are read beside each other.
    private static let beginningLimitStreams = 16
    /// What is read of each: most have no more.
    private static let beginningLimitEvents = 32
    private static let beginningLimitBytes = 131_072

    private let collector: EvidenceCollector
    private let signer: NoteSigner
    private let head: BundleHead
    private let catalog: CatalogIndex
    private let extent: EvidenceCollector.Extent
    private let limits: EvidenceLimits
    private let write: ([UInt8]) async throws -> Void
    private var writer: BundleWriter
    private let proofs: InclusionProofs
    private var events = 0
    private var bytes = 0
    /// The catalog versions that are in it.
    private var changes: Set<Int> = []

    init(
        collector: EvidenceCollector,
        signer: NoteSigner,
        head: BundleHead,
        catalog: CatalogIndex,
        extent: EvidenceCollector.Extent,
        limits: EvidenceLimits,
        write: @escaping ([UInt8]) async throws -> Void
    ) {
        self.collector = collector
        self.signer = signer
        self.head = head
        self.catalog = catalog
        self.extent = extent
        self.limits = limits
        self.write = write
        writer = BundleWriter(head)
        proofs = InclusionProofs(collector.trees.log)
    }

    // MARK: The beginning

    mutating func begin(after earlier: [KeptTree]) async throws {
        try await put(writer.begin())
        let verifier = try await collector.trees.verifier()
        let ordered = extent.checkpoints.values.sorted { $0.partition < $1.partition }
        let notes = try ordered.map { try SignedNote($0.note) }
        var keys = [signer.verifierKey]
        for note in notes {
            for key in try signers(of: note, verifier) where !keys.contains(key) {
                keys.append(key)
            }
        }
        for key in keys {
            try await put(writer.key(key))
        }
        for note in notes {
            try await put(writer.checkpoint(note))
        }
        for checkpoint in ordered {
            try await leadOn(to: checkpoint, from: earlier)
        }
    }

    private func signers(of note: SignedNote, _ verifier: NoteVerifier) throws -> [VerifierKey] {
        do throws(NoteError) {
            return try verifier.verify(note).signers
        } catch {
            throw EvidenceRefusal.contradiction("a checkpoint does not hold: \(error)")
        }
    }

    private mutating func leadOn(
        to checkpoint: StoredCheckpoint,
        from earlier: [KeptTree]
    ) async throws {
        let origin = collector.trees.origin(of: checkpoint.partition)
        let sizes = earlier.filter { $0.origin == origin }.map(\.size)
        for size in Set(sizes).sorted() where size >= 1 && size < checkpoint.size {
            let proof = try await collector.trees.consistency(
                in: checkpoint.partition,
                from: size,
                to: checkpoint.size
            )
            guard let proof else { continue }
            try await put(writer.consistency(proof, partition: checkpoint.partition.number))
        }
    }

    // MARK: Outcomes

    /// Adds the outcomes that were booked, in this order.
    mutating func add(_ postings: [Posting]) async throws {
        var rest = postings[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.beginningLimitStreams)
            rest = rest.dropFirst(part.count)
            for (posting, beginning) in zip(part, try await beginnings(of: part)) {
                try await add(
                    posting.key,
                    in: posting.source.partition,
                    beginning: beginning,
                    kept: posting
                )
            }
        }
    }

    /// The first pages of outcomes, read beside each other.
    private func beginnings(of postings: ArraySlice<Posting>) async throws -> [StreamPage] {
        let (log, account) = (collector.eventLog, head.account)
        return try await withThrowingTaskGroup(of: (Int, StreamPage).self) { group in
            for (index, posting) in postings.enumerated() {
                group.addTask {
                    let page = try await StreamPage.read(
                        .outcome(account, posting.key.text),
                        in: posting.source.partition,
                        after: 0,
                        limit: Self.beginningLimitEvents,
                        limitBytes: Self.beginningLimitBytes,
                        from: log
                    )
                    return (index, page)
                }
            }
            var pages: [StreamPage?] = Array(repeating: nil, count: postings.count)
            for try await (index, page) in group { pages[index] = page }
            return pages.compactMap(\.self)
        }
    }

    /// Adds an outcome.
    ///
    /// - Parameters:
    ///   - key: Its key.
    ///   - partition: Where it lies.
    ///   - beginning: Its first page, when it was read before.
    ///   - kept: What the ledger's read model has of it, when that was read before.
    /// - Throws: `EvidenceRefusal`, `StoreError`, and what `write` throws.
    mutating func add(
        _ key: OutcomeKey,
        in partition: Partition,
        beginning: StreamPage? = nil,
        kept: Posting? = nil
    ) async throws {
        let stream = try await read(key, in: partition, beginning: beginning)
        let bill = try StreamBill(of: stream)
        if let terms = bill.terms { try await putChanges(behind: terms) }
        if changes.isEmpty { try await putChange(1) }
        try await put(
            writer.stream(key, partition: partition.number, versions: stream.count)
        )
        try await putEvents(stream)
        if let posting = bill.posting { try await putPosting(posting, kept: kept) }
    }

    private mutating func putEvents(_ stream: [StoredEvent]) async throws {
        for event in stream {
            let proven = try await proven(event)
            try await put(writer.event(proven))
        }
    }

    private mutating func putPosting(_ posting: Posting, kept: Posting?) async throws {
        try await hold(posting, against: kept)
        try await put(writer.posting(posting))
    }

    /// The events of a stream that the checkpoint has; it has to have all that were there when the
    /// bundle was asked for.
    private mutating func read(
        _ key: OutcomeKey,
        in partition: Partition,
        beginning: StreamPage?
    ) async throws -> [StoredEvent] {
        let size = extent.checkpoints[partition]?.size ?? 0
        var stream: [StoredEvent] = []
        var held = bytes
        var next = beginning
        while true {
            let page: StreamPage
            if let known = next.take() {
                page = known
            } else {
                page = try await StreamPage.read(
                    .outcome(head.account, key.text),
                    in: partition,
                    after: stream.count,
                    limit: Self.pageLimitEvents,
                    limitBytes: PageSize.limitBytes,
                    from: collector.eventLog
                )
            }
            let covered = page.events.prefix { $0.position.value <= size }
            if covered.count < page.events.count {
                try refuseOlder(page.events[covered.count], in: partition)
            }
            events += covered.count
            // A line has at least the bytes that are stored: what cannot be written is not gathered.
            held += covered.reduce(0) { $0 + $1.byteCount }
            guard events <= limits.events, held <= limits.bytes else {
                throw EvidenceRefusal.tooLarge(limits)
            }
            stream += covered
            guard !page.isLast, covered.count == page.events.count else { return stream }
        }
    }

    /// Refuses when the first event that no checkpoint has is not a later one.
    private func refuseOlder(
        _ event: StoredEvent,
        in partition: Partition
    ) throws(EvidenceRefusal) {
        guard event.position > extent.heads[partition, default: .start] else {
            throw .pending(partition)
        }
    }

    /// The ledger's read model has to say what the events say, if it says anything yet.
    private func hold(_ posting: Posting, against known: Posting?) async throws {
        var kept = known
        if kept?.id != posting.id {
            kept = try await collector.ledger?.posting(posting.id, account: posting.account)
        }
        guard let kept, kept != posting else { return }
        throw EvidenceRefusal.contradiction(
            "the ledger's read model is not what the log says: rebuild it, and look with assay audit"
        )
    }

    // MARK: Catalog

    private mutating func putChanges(behind terms: OutcomeTerms) async throws {
        for version in [1] + catalog.versions(behind: terms) {
            try await putChange(version)
        }
    }

    private mutating func putChange(_ version: Int) async throws {
        guard changes.insert(version).inserted else { return }
        let partition = collector.partitioning.catalogPartition
        let found = try await collector.eventLog.events(
            in: partition,
            of: .catalog(head.account),
            after: version - 1,
            limit: 1
        )
        guard let event = found.first, event.version == version else {
            throw EvidenceRefusal.contradiction("the catalog lacks version \(version)")
        }
        try await put(writer.catalog(try await proven(event)))
    }

    private func proven(_ event: StoredEvent) async throws -> ProvenEvent {
        guard let checkpoint = extent.checkpoints[event.partition],
            let proof = try await proofs.proof(
                of: event.position,
                in: event.partition,
                size: checkpoint.size
            )
        else { throw EvidenceRefusal.pending(event.partition) }
        return ProvenEvent(event: event, proof: proof.hashes)
    }

    // MARK: The end

    mutating func end() async throws {
        try await put(writer.end())
        try await put(writer.seal(try signer.sign(writer.sealText)))
    }

    private mutating func put(_ line: [UInt8]?) async throws {
        guard let line else {
            throw EvidenceRefusal.contradiction("an event is not the text that it has to be")
        }
        bytes += line.count
        guard bytes <= limits.bytes else { throw EvidenceRefusal.tooLarge(limits) }
        try await write(line)
    }
}
