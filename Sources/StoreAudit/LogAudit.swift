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
        report.notes += try await unvouchedKeys()
        let verifier = try await verifier()
        let catalogs = try await auditCatalogs(upTo: last, by: verifier, into: &report)
        let looksAtKeys = try await holdsSealingKeys()
        try await withThrowingTaskGroup(of: AuditReport.self) { group in
            for (index, heads) in heads.dropLast().enumerated() {
                if index >= Self.partitionsAtOnce, let part = try await group.next() {
                    report.add(part)
                }
                group.addTask {
                    try await audit(
                        heads,
                        catalogs: catalogs,
                        by: verifier,
                        looksAtKeys: looksAtKeys
                    )
                }
            }
            for try await part in group { report.add(part) }
        }
        try await checkSealingKeys(catalogs, by: verifier, into: &report)
        report.judgeAccounts()
        return report
    }
}
