// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

extension PartitionAudit {
    /// Reads one partition of a store, page by page.
    ///
    /// `report`: Told how many events each page had.
    static func read(
        _ heads: PartitionHeads,
        of store: any StoreContents,
        pageLimitRows limit: Int,
        report: (Int) async throws -> Void
    ) async throws -> PartitionAudit {
        let partition = heads.partition
        var audit = PartitionAudit(
            heads: heads,
            streams: try await store.streamCount(in: partition)
        )
        var position = LogPosition.start
        var size = PageSize(limitRows: limit)
        while true {
            let page = try await store.events(in: partition, after: position, limit: size.rows)
            guard let last = page.last else { break }
            size.had(page)
            for event in page { audit.add(event) }
            try await report(page.count)
            position = last.position
        }
        var scope: ClaimMark?
        while true {
            let page = try await store.claims(in: partition, after: scope, limit: limit)
            guard let last = page.last else { break }
            for claim in page { audit.add(claim) }
            scope = last.scope
        }
        try await audit.readPassing(of: store, limit)
        try await audit.readCheckpoints(of: store, limit)
        return audit
    }

    private mutating func readCheckpoints(of store: any StoreContents, _ limit: Int) async throws {
        var size: Int64 = 0
        while true {
            let page = try await store.checkpoints(
                in: heads.partition,
                after: size,
                limit: limit
            )
            guard !page.isEmpty else { return }
            for checkpoint in page {
                let tiles = TreeTile.completed(from: size, to: checkpoint.size)
                let hashes = try await store.treeHashes(in: heads.partition, tiles)
                add(checkpoint, tiles: hashes.flatMap(\.self))
                size = checkpoint.size
            }
        }
    }

    /// Waiting records, test clocks, timers and sealing keys.
    private mutating func readPassing(of store: any StoreContents, _ limit: Int) async throws {
        let partition = heads.partition
        var position = heads.state.cursor
        while partition != store.partitioning.catalogPartition {
            let page = try await store.records(
                after: [partition: position],
                limit: limit,
                limitBytes: StoreCopy.writeLimitBytes
            )[partition, default: []]
            guard let last = page.last else { break }
            for record in page { add(record) }
            position = last.receipt.position
        }
        var account: AccountID?
        while true {
            let page = try await store.sandboxClocks(in: partition, after: account, limit: limit)
            guard let last = page.last else { break }
            for clock in page { add(clock) }
            account = last.account
        }
        var timer: DueTimer?
        while true {
            let page = try await store.timers(in: partition, after: timer, limit: limit)
            guard let last = page.last else { break }
            for timer in page { add(timer) }
            timer = last
        }
        var name: SealingKeyName?
        while true {
            let page = try await store.sealingKeys(in: partition, after: name, limit: limit)
            guard let last = page.last else { break }
            for key in page { add(key) }
            name = last.name
        }
    }
}
