// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import StreamReview
import TransparencyLog

extension LogAudit {
    /// Audits the catalogs; what they come to is the measure of the outcomes' decisions.
    func auditCatalogs(
        upTo heads: PartitionHeads,
        by verifier: NoteVerifier,
        into report: inout AuditReport
    ) async throws -> CatalogWalk {
        var walk = CatalogWalk(heads.partition)
        walk.tree.expect(keptMarks(of: heads.partition, into: &walk.findings))
        try await advance(&walk, through: heads.state.head, by: verifier)
        walk.close(at: heads.state.head)
        try await checkDirectory(of: &walk, by: verifier, into: &report)
        try await judge(walk.tree, of: heads.partition, into: &walk.findings)
        report.partitions += 1
        report.checkpoints += walk.tree.checked
        report.changes += walk.events
        report.streams += walk.streams.count
        report.findings.add(walk.findings)
        return walk
    }

    /// Walks on to where the catalogs stand by now: whatever an outcome was decided by before this
    /// call is among them.
    func advance(_ walk: inout CatalogWalk, by verifier: NoteVerifier) async throws {
        try await advance(&walk, through: LogPosition(.max), by: verifier)
    }

    private func advance(
        _ walk: inout CatalogWalk,
        through end: LogPosition,
        by verifier: NoteVerifier
    ) async throws {
        let pages = PartitionPages(store: store, partition: walk.partition)
        var size = PageSize(limitRows: PartitionPages.limitEvents)
        var unreadable = 0
        while walk.position < end {
            let page = try await pages.page(after: walk.position, through: end, size: size)
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
                    of: walk.partition,
                    through: last.position,
                    by: verifier,
                    into: &walk.findings
                )
            }
            walk.take(page.events)
            await progress(page.events.count)
        }
    }

    /// The directory has the streams that begin in the log; where it differs because an account is
    /// created meanwhile, both are looked at again.
    private func checkDirectory(
        of walk: inout CatalogWalk,
        by verifier: NoteVerifier,
        into report: inout AuditReport
    ) async throws {
        for _ in 1...Self.stillLimitAttempts {
            var found = AuditFindings()
            let listed = try await listStreams(of: walk.partition, into: &found)
            let position = walk.position
            if listed != walk.streams { try await advance(&walk, by: verifier) }
            guard listed == walk.streams || walk.position == position else { continue }
            if listed != walk.streams {
                try await nameStreams(of: walk.partition, into: &found)
            }
            walk.findings.add(found)
            return
        }
        report.notes.append(
            "Accounts were created all the time: the directory of partition \(walk.partition) was "
                + "not compared. Audit again when it is calmer."
        )
    }
}
