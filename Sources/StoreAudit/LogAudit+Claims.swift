// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain

extension LogAudit {
    /// The idempotency claims count the accepted records a second time, those that have a key: each
    /// claim of a processed record has the fact of that record, and the other way round.
    ///
    /// Only the compared body of a claim is in no fact; it decides nothing but `body_conflict`.
    func checkClaims(
        of walk: PartitionWalk,
        through cursor: IngestPosition,
        into report: inout AuditReport
    ) async throws {
        guard account == nil else { return }
        let advances = clockFingerprints(walk)
        var mark = SetMark()
        let count = try await forEachClaim(of: walk.partition, into: &report.findings) { claim in
            guard claim.receipt.position <= cursor, !advances.contains(claim.fingerprint) else {
                return
            }
            mark.add(ClaimItem(claim).bytes)
        }
        report.claims = count
        guard mark != walk.claims else { return }
        try await nameClaims(of: walk, through: cursor, advances, into: &report.findings)
    }

    /// Whoever advances a test clock claims the instant it leaves, on the key that no outcome has.
    private func clockFingerprints(_ walk: PartitionWalk) -> Set<UInt64> {
        Set(
            walk.catalogs.filter(\.value.isSandbox).keys
                .filter { walk.partitioning.partition(sandbox: $0) == walk.partition }
                .map { Partitioning.fingerprint(account: $0, key: "") }
        )
    }

    private func forEachClaim(
        of partition: Partition,
        into findings: inout AuditFindings,
        _ body: (StoredClaim) -> Void
    ) async throws -> Int {
        var count = 0
        _ = try await forEachPage(
            of: "the idempotency claims",
            in: partition,
            into: &findings
        ) { (last: StoredClaim?) async throws(StoreError) in
            try await store.claims(in: partition, after: last?.scope, limit: Self.pageLimitRows)
        } _: { page in
            for claim in page { body(claim) }
            count += page.count
        }
        return count
    }

    /// Claims and facts differ: names both sides' surplus.
    ///
    /// The claims of one partition are taken into memory for it.
    private func nameClaims(
        of walk: PartitionWalk,
        through cursor: IngestPosition,
        _ advances: Set<UInt64>,
        into findings: inout AuditFindings
    ) async throws {
        var held: [ClaimItem: Bool] = [:]
        var ignored = AuditFindings()
        _ = try await forEachClaim(of: walk.partition, into: &ignored) { claim in
            guard claim.receipt.position <= cursor, !advances.contains(claim.fingerprint) else {
                return
            }
            held[ClaimItem(claim)] = false
        }
        let pages = PartitionPages(store: store, partition: walk.partition)
        var size = PageSize(limitRows: PartitionPages.limitEvents)
        var position = LogPosition.start
        while position < walk.position {
            let page = try await pages.page(after: position, through: walk.position, size: size)
            if let unreadable = page.unreadable {
                position = unreadable.place
                continue
            }
            guard let last = page.events.last else { break }
            size = page.size
            position = last.position
            for event in page.events {
                guard let item = ClaimItem(of: event) else { continue }
                guard held.updateValue(true, forKey: item) == nil else { continue }
                held[item] = nil
                findings.add(
                    AuditFinding(
                        "claim_missing",
                        at: AuditPlace(event),
                        "the idempotency claim of its record is missing or another one"
                    )
                )
            }
        }
        let unmet = held.filter { !$0.value }.keys.sorted { $0.position < $1.position }
        for claim in unmet {
            findings.add(
                AuditFinding(
                    "claim_without_fact",
                    at: AuditPlace(partition: walk.partition),
                    "record \(claim.position), \(claim.eventID), was accepted under an "
                        + "idempotency key, and has left no fact"
                )
            )
        }
    }
}

extension StoredClaim {
    fileprivate var fingerprint: UInt64 { receipt.eventID.fingerprint }
}
