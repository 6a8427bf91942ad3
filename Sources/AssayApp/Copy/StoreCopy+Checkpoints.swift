// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

extension StoreCopy {
    /// Copies the keys that have signed, so that the checkpoints can be verified on the target.
    func copyKeys() async throws {
        try await target.add(try await source.signingKeys())
    }

    /// Copies a partition's checkpoints, each with the tiles it has completed; its events are there.
    func copyCheckpoints(in partition: Partition) async throws {
        let latest = try await target.contents.latestCheckpoints(of: [partition])[partition]
        guard let state = try await target.contents.state(of: [partition])[partition] else {
            throw StoreError(.damaged, detail: "the target lacks partition \(partition)")
        }
        var size = latest?.size ?? 0
        while true {
            let page = try await source.checkpoints(
                in: partition,
                after: size,
                limit: pageLimitRows
            )
            guard !page.isEmpty else { return }
            for checkpoint in page {
                try await copy(checkpoint, after: size, epoch: state.epoch)
                size = checkpoint.size
            }
        }
    }

    private func copy(
        _ checkpoint: StoredCheckpoint,
        after size: Int64,
        epoch: Int
    ) async throws {
        let ranges = TreeTile.completed(from: size, to: checkpoint.size)
        let last = TreeRange(level: 0, first: checkpoint.size - 1, count: 1)
        let hashes = try await source.treeHashes(in: checkpoint.partition, ranges + [last])
        guard let hash = hashes.last?.first else {
            throw StoreError(
                .damaged,
                detail: "partition \(checkpoint.partition) ends before its checkpoint"
            )
        }
        let tiles = zip(ranges, hashes).flatMap { range, hashes in
            zip(range.first..., hashes).map { number, hash in
                TreeTile(level: range.level, number: number, hash: hash)
            }
        }
        try await target.add(
            CheckpointAppend(checkpoint: checkpoint, epoch: epoch, last: hash, tiles: tiles)
        )
        try await report(.checkpoints(checkpoint.partition, 1))
    }
}
