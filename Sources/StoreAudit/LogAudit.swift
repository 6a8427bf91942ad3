// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
public import EventStore
public import ExactValues
import StreamReview
import TransparencyLog

/// Walks a whole store and checks everything that can be checked of it without its keys: hashes and
/// chains, every decision anew, the trees, what leads to what, and that nothing is lost or invented.
///
/// Reads only, also beside a running server: each partition is taken up to where it stands when its
/// turn comes, and what moves on meanwhile is looked at again.
public struct LogAudit: Sendable {
    /// So many partitions are walked side by side.
    public static let partitionsAtOnce = 2
    /// Unless told otherwise, twice so many streams of a partition stay in memory.
    public static let reviewLimitStreams = 65_536
    /// What surrounds a log is compared when the partition stands still between two looks; so often
    /// it is tried.
    static let stillLimitAttempts = 5
    /// Claims, timers, streams and records are read so many at a time.
    static let pageLimitRows = 4_096

    /// Nothing found yet.
    public static let emptyFindings = AuditFindings()

    let store: any StoreContents
    let account: AccountID?
    let kept: KeptCheckpoints?
    let reviewLimitStreams: Int
    /// Told how many events were walked since it was told last.
    let progress: @Sendable (Int) async -> Void

    /// Prepares an audit.
    ///
    /// - Parameters:
    ///   - store: The store.
    ///   - account: Only this account's decisions and sums, though all hashes; nil for all.
    ///   - kept: Checkpoints from outside the store that the log must agree with.
    ///   - reviewLimitStreams: Twice so many streams of a partition stay in memory; others are read
    ///     again when they come again.
    ///   - progress: Told how many events were walked since it was told last.
    public init(
        of store: any StoreContents,
        account: AccountID? = nil,
        kept: KeptCheckpoints? = nil,
        reviewLimitStreams: Int = LogAudit.reviewLimitStreams,
        progress: @escaping @Sendable (Int) async -> Void
    ) {
        self.store = store
        self.account = account
        self.kept = kept
        self.reviewLimitStreams = reviewLimitStreams
        self.progress = progress
    }

    /// Audits the store.
    ///
    /// - Throws: `StoreError` when the store cannot be read for other reasons than damage.
    public func run() async throws -> AuditReport {
        var report = AuditReport()
        let heads = try await store.partitionHeads()
        guard let last = heads.last, last.partition == store.partitioning.catalogPartition else {
            report.findings.add(
                AuditFinding("heads_missing", at: AuditPlace(), "the catalogs' head is missing")
            )
            return report
        }
        try await checkSigningKeys(into: &report.findings)
        let verifier = try await verifier()
        let catalogs = try await walkCatalogs(upTo: last, by: verifier, into: &report)
        try await withThrowingTaskGroup(of: AuditReport.self) { group in
            for (index, heads) in heads.dropLast().enumerated() {
                if index >= Self.partitionsAtOnce, let part = try await group.next() {
                    report.add(part)
                }
                group.addTask { try await audit(heads, catalogs: catalogs, by: verifier) }
            }
            for try await part in group { report.add(part) }
        }
        report.judgeAccounts()
        return report
    }
}

// MARK: Catalogs

extension LogAudit {
    private func walkCatalogs(
        upTo heads: PartitionHeads,
        by verifier: NoteVerifier,
        into report: inout AuditReport
    ) async throws -> [AccountID: Catalog] {
        var walk = CatalogWalk(heads.partition)
        walk.tree.expect(keptMarks(of: heads.partition, into: &walk.findings))
        let pages = PartitionPages(store: store, partition: heads.partition)
        var size = PageSize(limitRows: PartitionPages.limitEvents)
        var unreadable = 0
        while walk.position < heads.state.head {
            let page = try await pages.page(
                after: walk.position,
                through: heads.state.head,
                size: size
            )
            if let (place, reason) = page.unreadable {
                walk.skip(place, reason)
                unreadable += 1
                guard unreadable < PartitionPages.unreadableLimitPlaces else { break }
                continue
            }
            if page.isEnd { break }
            unreadable = 0
            size = page.size
            if let last = page.events.last {
                try await load(
                    &walk.tree,
                    of: heads.partition,
                    through: last.position,
                    by: verifier,
                    into: &walk.findings
                )
            }
            walk.take(page.events)
            await progress(page.events.count)
        }
        walk.close(at: heads.state.head)
        let listed = try await listStreams(of: heads.partition, into: &walk.findings)
        if listed != walk.streams {
            try await nameStreams(of: heads.partition, into: &walk.findings)
        }
        try await judge(walk.tree, of: heads.partition, into: &walk.findings)
        report.partitions += 1
        report.checkpoints += walk.tree.checked
        report.changes += walk.events
        report.streams += walk.streams.count
        report.findings.add(walk.findings)
        return walk.catalogs
    }
}
