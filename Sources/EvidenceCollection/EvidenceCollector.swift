// SPDX-License-Identifier: Apache-2.0

public import BillingLedger
public import Checkpoints
public import EventStore
public import Evidence
public import ExactValues
import OutcomeDomain
import ProjectionKit
public import TransparencyLog

/// Makes evidence bundles from a store: reads what they are about, proves it under signed
/// checkpoints, and has them sealed.
public struct EvidenceCollector: Sendable {
    /// Where everything is read.
    let eventLog: any EventLog
    let trees: TreeReader
    let partitioning: Partitioning
    /// The ledger's read model; nil where there is none at hand.
    let ledger: (any BillingLedgerReader)?
    let covering: Covering
    let signer: Signer
    private let catalogs = CatalogIndexes()

    /// The checkpoint of a partition that has a position as a leaf; nil when there will be none in
    /// time.
    public typealias Covering =
        @Sendable (LogPosition, Partition) async throws(StoreError)
        -> StoredCheckpoint?
    /// The log's key, to sign the seal with.
    public typealias Signer = @Sendable () async throws -> NoteSigner

    /// Collects from a store.
    ///
    /// - Parameters:
    ///   - eventLog: The store.
    ///   - trees: The store's trees.
    ///   - partitioning: How keys are spread.
    ///   - ledger: The ledger's read model, against which postings are held; without it only outcomes
    ///     can be asked for.
    ///   - covering: Waits for the checkpoint that has a position, or has it made.
    ///   - signer: Gives the log's key; asked once for each bundle.
    public init(
        eventLog: any EventLog,
        trees: TreeReader,
        partitioning: Partitioning,
        ledger: (any BillingLedgerReader)?,
        covering: @escaping Covering,
        signer: @escaping Signer
    ) {
        self.eventLog = eventLog
        self.trees = trees
        self.partitioning = partitioning
        self.ledger = ledger
        self.covering = covering
        self.signer = signer
    }

    /// Writes a bundle.
    ///
    /// Nothing of another account is in it. Memory is that of one stream, of the beginnings of a few,
    /// and of an index of the account's catalog, which is kept for the next bundle. When it throws,
    /// what was written is no bundle: it has no seal.
    /// - Parameters:
    ///   - subject: What it is about.
    ///   - account: Whose.
    ///   - madeAt: The time it is made.
    ///   - earlier: Trees that somebody has kept: the bundle leads on from those of its partitions, and
    ///     the others are passed over.
    ///   - limits: How much it may hold.
    ///   - write: Takes the bytes, in order.
    /// - Throws: `EvidenceRefusal`, or what `write` and the seal throw.
    public func collect(
        _ subject: BundleSubject,
        of account: AccountID,
        at madeAt: Timestamp,
        after earlier: [KeptTree] = [],
        limits: EvidenceLimits = .none,
        write: @escaping ([UInt8]) async throws -> Void
    ) async throws {
        let catalog = try await catalogs.index(
            of: account,
            from: eventLog,
            in: partitioning.catalogPartition
        )
        guard let isSandbox = catalog.isSandbox else { throw EvidenceRefusal.unknown }
        let keys = try await keys(of: subject, account, isSandbox)
        // What is told one by one is held against the heads itself; a period has to be whole.
        let partitions = partitions(of: keys, account, isSandbox)
        let extent = try await extent(of: partitions, isWhole: keys == nil)
        try refuseShorter(extent, than: earlier, in: partitions + [partitioning.catalogPartition])
        var bundle = CollectedBundle(
            collector: self,
            signer: try await signer(),
            head: BundleHead(
                log: trees.log.logName,
                account: account,
                partitions: partitioning.count,
                subject: subject,
                madeAt: madeAt
            ),
            catalog: catalog,
            extent: extent,
            limits: limits,
            write: write
        )
        try await bundle.begin(after: earlier)
        if let keys {
            for key in keys {
                try await bundle.add(key, in: partition(of: key, account, isSandbox))
            }
        } else if case .period(let customer, let from, let to) = subject {
            let filter = LedgerFilter(customer: customer, from: from, to: to)
            try await forEachPage(of: account, filter) { postings in
                // One that was booked since the checkpoint is not in question yet.
                try await bundle.add(
                    postings.filter { posting in
                        let size = extent.checkpoints[posting.source.partition]?.size
                        return size.map { posting.source.position.value <= $0 } ?? false
                    }
                )
            }
        }
        try await bundle.end()
    }

    // MARK: What is asked for

    /// The outcomes that are asked for; nil when the ledger tells them one after the other.
    private func keys(
        of subject: BundleSubject,
        _ account: AccountID,
        _ isSandbox: Bool
    ) async throws -> [OutcomeKey]? {
        switch subject {
        case .outcomes(let keys):
            for key in keys {
                let partition = partition(of: key, account, isSandbox)
                let first = try await EvidenceRefusal.asking { () async throws(StoreError) in
                    try await eventLog.events(
                        in: partition,
                        of: .outcome(account, key.text),
                        after: 0,
                        limit: 1
                    )
                }
                guard !first.isEmpty else { throw EvidenceRefusal.unknown }
            }
            return keys
        case .posting(let id):
            guard let posting = try await ledger?.posting(id, account: account) else {
                throw EvidenceRefusal.unknown
            }
            return [posting.key]
        case .period:
            return nil
        }
    }

    private func forEachPage(
        of account: AccountID,
        _ filter: LedgerFilter,
        _ body: ([Posting]) async throws -> Void
    ) async throws {
        guard let ledger else { throw EvidenceRefusal.unknown }
        var cursor: PageCursor?
        repeat {
            let page = try await ledger.postings(
                of: account,
                filter: filter,
                limit: PageLimits.maximumRows,
                after: cursor
            )
            try await body(page.elements)
            cursor = page.next
        } while cursor != nil
    }

    // MARK: Where it lies

    private func partition(
        of key: OutcomeKey,
        _ account: AccountID,
        _ isSandbox: Bool
    ) -> Partition {
        partitioning.partition(of: key.text, account: account, isSandbox: isSandbox)
    }

    private func partitions(
        of keys: [OutcomeKey]?,
        _ account: AccountID,
        _ isSandbox: Bool
    ) -> [Partition] {
        guard !isSandbox else { return [partitioning.partition(sandbox: account)] }
        guard let keys else { return partitioning.outcomePartitions }
        return Set(keys.map { partition(of: $0, account, isSandbox) }).sorted()
    }
}
