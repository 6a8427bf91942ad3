// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import StreamReview
import TransparencyLog

extension LogAudit {
    /// Audits one partition of outcomes, up to where it stands when it is done.
    func audit(
        _ heads: PartitionHeads,
        catalogs: CatalogWalk,
        by verifier: NoteVerifier,
        looksAtKeys: Bool
    ) async throws -> AuditReport {
        let partition = heads.partition
        var catalogs = catalogs
        var walk = PartitionWalk(
            partition,
            of: store.partitioning,
            catalogs: catalogs.takeChanged(),
            account: account,
            reviewLimitStreams: reviewLimitStreams,
            looksAtKeys: looksAtKeys
        )
        walk.tree.expect(keptMarks(of: partition, into: &walk.findings))
        var state = heads.state
        try await advance(&walk, through: state.head, by: verifier)
        var report = AuditReport()
        for attempt in 1...Self.stillLimitAttempts {
            let before = try await standing(of: partition)
            // Catalogs may have changed since they were walked, and what was decided by it stands
            // before this head.
            try await advance(&catalogs, by: verifier)
            walk.renew(catalogs.takeChanged())
            try await advance(&walk, through: before.state.head, by: verifier)
            state = before.state
            let surroundings = try await surroundings(of: walk, at: before)
            let after = try await standing(of: partition)
            if before.state == after.state {
                report = surroundings
                break
            }
            guard attempt == Self.stillLimitAttempts else { continue }
            report.notes.append(
                "Partition \(partition) was written to all the time: its timers, streams and "
                    + "waiting records were not compared. Audit again when it is calmer."
            )
        }
        walk.finishAll()
        try await judge(walk.tree, of: partition, into: &walk.findings)
        report.findings.add(walk.findings)
        try await checkClaims(of: walk, through: state.cursor, into: &report)
        report.otherKeys = walk.otherKeys
        report.partitions = 1
        report.checkpoints = walk.tree.checked
        report.events = walk.events
        report.streams = walk.streams.count
        report.recorded = walk.records
        report.accepted = Int(state.cursor.value) + report.waiting
        report.accounts = walk.accounts
        return report
    }

    /// Walks on to a place.
    private func advance(
        _ walk: inout PartitionWalk,
        through end: LogPosition,
        by verifier: NoteVerifier
    ) async throws {
        let pages = PartitionPages(store: store, partition: walk.partition)
        var unreadable = 0
        guard walk.position < end else { return }
        var size = PageSize(limitRows: PartitionPages.limitEvents)
        var page = try await pages.page(after: walk.position, through: end, size: size)
        while true {
            if let (place, reason) = page.unreadable {
                walk.findings.add(
                    AuditFinding(
                        "unreadable",
                        at: AuditPlace(partition: walk.partition, position: place),
                        "cannot be read: \(reason)"
                    )
                )
                walk.skip(to: place)
                unreadable += 1
                guard unreadable < PartitionPages.unreadableLimitPlaces else { break }
                page = try await pages.page(after: walk.position, through: end, size: size)
                continue
            }
            guard !page.isEnd, let last = page.events.last else { break }
            unreadable = 0
            let next = page.size
            size = next
            // The next page is read while this one is judged.
            async let following = pages.page(after: last.position, through: end, size: next)
            try await restore(page.events, in: &walk)
            try await load(
                &walk.tree,
                of: walk.partition,
                through: last.position,
                by: verifier,
                into: &walk.findings
            )
            walk.take(page.events)
            try await checkUses(of: &walk)
            await progress(page.events.count)
            page = try await following
        }
        if walk.position < end {
            walk.noteGap(before: end.next)
            walk.skip(to: end)
        }
    }

    /// Reads streams again whose reviews were put away, up to where the walk is.
    private func restore(_ page: [StoredEvent], in walk: inout PartitionWalk) async throws {
        let away = walk.awayStreams(in: page)
        guard !away.isEmpty else { return }
        for review in try await reviews(of: away, as: walk).values {
            walk.restore(review)
        }
    }

    /// Reviews of streams up to where the walk is; what they find was found already.
    func reviews(
        of streams: [StreamID],
        as walk: PartitionWalk
    ) async throws -> [StreamID: OutcomeReview] {
        let (position, catalogs) = (walk.position, walk.catalogs)
        @Sendable func step(_ review: inout OutcomeReview?, _ event: StoredEvent) {
            guard event.position <= position else { return }
            var ignored: [ReviewFinding] = []
            var known =
                review
                ?? OutcomeReview(
                    of: event.stream,
                    by: catalogs[event.stream.account].map(ReviewBasis.catalog) ?? .recorded
                )
            review = nil  // the only reference, so that nothing is copied
            known.take(event, into: &ignored)
            review = known
        }
        do throws(StoreError) {
            let found = try await store.fold(
                [walk.partition: streams],
                from: OutcomeReview?.none,
                step
            )
            return found.compactMapValues { $0 }
        } catch {
            guard error.reason == .damaged else { throw error }
        }
        // One of them cannot be read: the others can.
        var reviews: [StreamID: OutcomeReview] = [:]
        for stream in streams where streams.count > 1 {
            reviews.merge(try await self.reviews(of: [stream], as: walk)) { first, _ in first }
        }
        return reviews
    }

    struct Standing: Sendable {
        let state: PartitionState
        let ingestHead: IngestPosition
        let liveClock: Timestamp
    }

    func standing(of partition: Partition) async throws -> Standing {
        let heads = try await store.partitionHeads()
        guard let heads = heads.first(where: { $0.partition == partition }) else {
            throw StoreError(.damaged, detail: "partition \(partition) is missing")
        }
        return Standing(
            state: heads.state,
            ingestHead: heads.ingestHead,
            liveClock: heads.liveClock
        )
    }
}
