// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// What both sides of a copy say, and where they differ.
struct StoreComparison: Sendable {
    /// The source, partition by partition.
    let source: [PartitionAudit]
    /// The target, partition by partition.
    let target: [PartitionAudit]
    /// What is not as it should be, a sentence each.
    let differences: [String]
}

extension StoreCopy {
    /// Reads both sides back, each by itself, and compares them.
    func compare(_ partitions: [Partition]) async throws -> StoreComparison {
        async let ours = audit(source)
        async let theirs = audit(target.contents)
        let (source, target) = try await (ours, theirs)
        var differences: [String] = []
        if source.map(\.heads.partition) != target.map(\.heads.partition) {
            differences.append("the sides have not the same partitions")
        }
        let keys = try await (self.source.signingKeys(), self.target.contents.signingKeys())
        if keys.0 != keys.1 { differences.append("the signing keys differ") }
        for (left, right) in zip(source, target) {
            differences += left.faults(of: "source") + right.faults(of: "target")
            differences += left.differences(from: right)
            guard left.events != right.events else { continue }
            if let place = try await firstDifference(in: left.heads.partition) {
                differences.append(
                    "partition \(left.heads.partition), position \(place): the event differs"
                )
            }
        }
        return StoreComparison(source: source, target: target, differences: differences)
    }

    private func audit(_ store: any StoreContents) async throws -> [PartitionAudit] {
        let results = AuditResults()
        try await forEach(try await store.partitionHeads()) { heads in
            let audit = try await PartitionAudit.read(
                heads,
                of: store,
                pageLimitRows: pageLimitRows
            ) { try await report(.read(heads.partition, $0)) }
            await results.add(audit)
        }
        return await results.inOrder
    }

    /// The place of the first event that one side has not, or has otherwise.
    private func firstDifference(in partition: Partition) async throws -> LogPosition? {
        var position = LogPosition.start
        var size = PageSize(limitRows: pageLimitRows)
        while true {
            let limit = size.rows
            let ours = try await source.events(in: partition, after: position, limit: limit)
            let theirs = try await target.contents.events(
                in: partition,
                after: position,
                limit: limit
            )
            size.had(ours)
            for (left, right) in zip(ours, theirs) where left != right {
                return min(left.position, right.position)
            }
            guard ours.count == theirs.count, let last = ours.last else {
                return ours.isEmpty && theirs.isEmpty
                    ? nil : LogPosition(position.value + Int64(min(ours.count, theirs.count)) + 1)
            }
            position = last.position
        }
    }
}

/// Collects what was read of the partitions, in whatever order they come.
private actor AuditResults {
    private var audits: [PartitionAudit] = []

    func add(_ audit: PartitionAudit) { audits.append(audit) }

    var inOrder: [PartitionAudit] { audits.sorted { $0.heads.partition < $1.heads.partition } }
}

extension PartitionAudit {
    fileprivate func faults(of side: String) -> [String] {
        guard let fault else { return [] }
        return ["partition \(heads.partition) of the \(side): \(fault)"]
    }

    fileprivate func differences(from other: PartitionAudit) -> [String] {
        var found: [String] = []
        func compare(_ what: String, _ left: some CustomStringConvertible & Equatable, _ right: Any)
        {
            let (left, right) = ("\(left)", "\(right)")
            guard left != right else { return }
            found.append(
                "partition \(heads.partition): \(what) \(left) on the source, \(right) on the target"
            )
        }
        func compare(_ what: String, _ left: RunningDigest, _ right: RunningDigest) {
            compare("\(what):", left.count, right.count)
            guard left.count == right.count, left != right else { return }
            found.append("partition \(heads.partition): the \(what) differ")
        }
        let (left, right) = (heads.state, other.heads.state)
        compare("ingest head", heads.ingestHead.value, other.heads.ingestHead.value)
        compare("live clock", heads.liveClock, other.heads.liveClock)
        compare("event head", left.head, right.head)
        compare("cursor", left.cursor.value, right.cursor.value)
        compare("drained mark", left.drained.value, right.drained.value)
        compare("streams:", streams, other.streams)
        compare("events", events, other.events)
        compare("idempotency claims", claims, other.claims)
        compare("waiting records", records, other.records)
        compare("test clocks", clocks, other.clocks)
        compare("timers", timers, other.timers)
        compare("checkpoints", checkpoints, other.checkpoints)
        compare("sealing keys", keys, other.keys)
        for currency in Set(ledger.keys).union(other.ledger.keys).sorted(by: { $0.code < $1.code })
        {
            let (left, right) = (ledger[currency], other.ledger[currency])
            compare("\(currency) booked:", left?.amount ?? .zero, right?.amount ?? .zero)
            compare("\(currency) postings:", left?.postings ?? 0, right?.postings ?? 0)
        }
        if events.count != Int(heads.state.head.value) {
            found.append(
                "partition \(heads.partition) of the source: the head is not its last event"
            )
        }
        return found
    }
}
