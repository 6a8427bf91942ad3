// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

extension StoreCopy {
    /// Copies one partition from where an earlier run ended.
    func copy(_ heads: PartitionHeads) async throws {
        let partition = heads.partition
        let progress = try await target.progress(in: partition)
        try await copyClaims(in: partition, after: progress.claim)
        try await copyEvents(in: partition)
        try await copyCheckpoints(in: partition)
        try await copyRecords(heads, after: progress.record)
        try await copyClocks(in: partition, after: progress.clock)
        try await copyTimers(in: partition, after: progress.timer)
        try await copyKeys(in: partition)
        try await target.set(heads)
        try await report(.heads(partition))
    }

    func copyClaims(in partition: Partition, after scope: ClaimMark?) async throws {
        var scope = scope
        while true {
            let claims = try await source.claims(
                in: partition,
                after: scope,
                limit: pageLimitRows
            )
            guard let last = claims.last else { return }
            try await target.add(claims, in: partition)
            try await report(.claims(partition, claims.count))
            scope = last.scope
        }
    }

    /// The next page is read while one is written.
    private func copyEvents(in partition: Partition) async throws {
        guard var state = try await target.contents.state(of: [partition])[partition] else {
            throw StoreError(.damaged, detail: "the target lacks partition \(partition)")
        }
        var size = PageSize(limitRows: pageLimitRows)
        var events = try await source.events(in: partition, after: state.head, limit: size.rows)
        while let last = events.last {
            size.had(events)
            let rows = size.rows
            async let next = source.events(in: partition, after: last.position, limit: rows)
            for part in events.parts(limitBytes: Self.writeLimitBytes, \.byteCount) {
                state = try await append(part, to: partition, at: state)
            }
            events = try await next
        }
    }

    private func append(
        _ events: [StoredEvent],
        to partition: Partition,
        at state: PartitionState
    ) async throws -> PartitionState {
        let turn = PartitionAppend(
            partition: partition,
            expected: state,
            events: events,
            timers: [],
            cursor: state.cursor,
            drained: state.drained
        )
        try await target.append(turn)
        try await report(.events(partition, events.count))
        return turn.result
    }

    private func copyRecords(
        _ heads: PartitionHeads,
        after position: IngestPosition?
    ) async throws {
        let partition = heads.partition
        guard partition != source.partitioning.catalogPartition else { return }
        var position = max(position ?? .start, heads.state.cursor)
        while true {
            let records = try await source.records(
                after: [partition: position],
                limit: pageLimitRows,
                limitBytes: Self.writeLimitBytes
            )[partition, default: []]
            guard let last = records.last else { return }
            try await target.add(records, in: partition)
            try await report(.records(partition, records.count))
            position = last.receipt.position
        }
    }

    private func copyClocks(in partition: Partition, after account: AccountID?) async throws {
        var account = account
        while true {
            let clocks = try await source.sandboxClocks(
                in: partition,
                after: account,
                limit: pageLimitRows
            )
            guard let last = clocks.last else { return }
            try await target.add(clocks, in: partition)
            try await report(.clocks(partition, clocks.count))
            account = last.account
        }
    }

    /// All of them, every time: keys come and go without moving a head.
    private func copyKeys(in partition: Partition) async throws {
        var name: SealingKeyName?
        while true {
            let keys = try await source.sealingKeys(
                in: partition,
                after: name,
                limit: pageLimitRows
            )
            guard let last = keys.last else { return }
            // The target gives a customer whose key is lost a new one.
            let held = keys.filter { $0.secret != nil || $0.isDestroyed }
            try await target.add(held, in: partition)
            try await report(.keys(partition, held.count))
            name = last.name
        }
    }

    private func copyTimers(in partition: Partition, after timer: DueTimer?) async throws {
        var timer = timer
        while true {
            let timers = try await source.timers(
                in: partition,
                after: timer,
                limit: pageLimitRows
            )
            guard let last = timers.last else { return }
            guard let state = try await target.contents.state(of: [partition])[partition] else {
                throw StoreError(.damaged, detail: "the target lacks partition \(partition)")
            }
            try await target.append(
                PartitionAppend(
                    partition: partition,
                    expected: state,
                    events: [],
                    timers: timers.map {
                        TimerChange(stream: $0.stream, clock: $0.clock.clock, from: nil, to: $0.due)
                    },
                    cursor: state.cursor,
                    drained: state.drained
                )
            )
            try await report(.timers(partition, timers.count))
            timer = last
        }
    }
}

extension Array where Element: Sendable {
    /// Cuts it into parts of at most so many bytes, one element at least.
    fileprivate func parts(limitBytes: Int, _ bytes: (Element) -> Int) -> [[Element]] {
        var parts: [[Element]] = []
        var room = 0
        for element in self {
            let size = bytes(element)
            if size > room || parts.isEmpty {
                parts.append([])
                room = limitBytes
            }
            parts[parts.count - 1].append(element)
            room -= size
        }
        return parts
    }
}
