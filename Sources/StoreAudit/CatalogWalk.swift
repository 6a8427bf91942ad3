// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import StreamReview

/// The partition of the catalogs, walked in the order of its positions.
struct CatalogWalk: Sendable {
    let partition: Partition
    private(set) var position = LogPosition.start
    var tree = TreeWalk()
    private(set) var events = 0
    private(set) var streams = SetMark()
    private var reviews: [StreamID: CatalogReview] = [:]
    /// The accounts whose catalogs have changed since `takeChanged` was called last.
    private var changed: Set<AccountID> = []
    var findings = AuditFindings()

    init(_ partition: Partition) { self.partition = partition }

    /// The catalogs that have changed since it was called last.
    mutating func takeChanged() -> [AccountID: Catalog] {
        defer { changed = [] }
        return Dictionary(
            changed.compactMap { account in
                reviews[.catalog(account)].map { (account, $0.catalog) }
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    mutating func take(_ page: [StoredEvent]) {
        for event in page {
            if event.position != position.next { noteGap(before: event.position) }
            position = event.position
            events += 1
            tree.append(event.hash)
            guard event.stream.kind == .catalog else {
                findings.add(
                    AuditFinding("misplaced", at: AuditPlace(event), "an outcome's event lies here")
                )
                continue
            }
            if event.version == 1 { streams.add(event.stream.markBytes) }
            var found: [ReviewFinding] = []
            reviews[event.stream, default: CatalogReview(of: event.stream)]
                .take(event, into: &found)
            findings.add(found)
            changed.insert(event.stream.account)
        }
    }

    /// A place that cannot be read.
    mutating func skip(_ place: LogPosition, _ reason: String) {
        findings.add(
            AuditFinding(
                "unreadable",
                at: AuditPlace(partition: partition, position: place),
                "cannot be read: \(reason)"
            )
        )
        position = place
        tree.isWhole = false
    }

    /// The partition ends there.
    mutating func close(at head: LogPosition) {
        if position < head { noteGap(before: head.next) }
    }

    private mutating func noteGap(before place: LogPosition) {
        findings.add(
            AuditFinding(
                "position_gap",
                at: AuditPlace(partition: partition, position: position.next),
                "there is no event from here to \(place.value - 1)"
            )
        )
        tree.isWhole = false
    }
}
