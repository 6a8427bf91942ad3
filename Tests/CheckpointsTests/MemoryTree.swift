// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Synchronization
import TransparencyLog

/// A partition's tree in memory, with its tiles as they would be stored: for proofs over many events.
final class MemoryTree: CheckpointLog {
    let logName = "assay-memory"
    private let levels: [[Digest]]
    /// The largest range that was asked for.
    let largestRange = Atomic<Int>(0)
    /// How many ranges were asked for.
    let ranges = Atomic<Int>(0)

    init(size: Int) {
        var levels = [(0..<size).map(Self.hash)]
        var row = levels[0].map(TreeHash.leaf)
        for height in 1...16 {
            row = stride(from: 0, to: row.count - 1, by: 2).map {
                TreeHash.node(row[$0], row[$0 + 1])
            }
            if height.isMultiple(of: TreeTile.bitsPerLevel) { levels.append(row) }
        }
        self.levels = levels
    }

    static func hash(_ index: Int) -> Digest { Digest.sha256(Array("event \(index)".utf8)) }

    func treeHashes(
        in partition: Partition,
        _ ranges: [TreeRange]
    ) async throws(StoreError) -> [[Digest]] {
        self.ranges.add(ranges.count, ordering: .relaxed)
        return ranges.map { range in
            largestRange.max(range.count, ordering: .relaxed)
            guard range.level < levels.count else { return [] }
            return Array(levels[range.level].dropFirst(Int(range.first)).prefix(range.count))
        }
    }

    func latestCheckpoints(
        of partitions: [Partition]
    ) async throws(StoreError) -> [Partition: StoredCheckpoint] { [:] }

    func checkpoints(
        in partition: Partition,
        after size: Int64,
        limit: Int
    ) async throws(StoreError) -> [StoredCheckpoint] { [] }

    func appendCheckpoints(
        _ appends: [CheckpointAppend]
    ) async throws(StoreError) -> Set<Partition> { [] }

    func signingKeys() async throws(StoreError) -> [StoredSigningKey] { [] }

    func register(_ key: StoredSigningKey) async throws(StoreError) {}
}
