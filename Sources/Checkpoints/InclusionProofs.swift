// SPDX-License-Identifier: Apache-2.0

public import EventStore
import ExactValues
public import TransparencyLog

/// Makes the proofs of many events, and keeps what they rest on: events that lie close together
/// share nearly all of it.
///
/// Memory: at most `limitBlocks` blocks of 511 hashes, 16 KiB each.
public actor InclusionProofs {
    private static let limitBlocks = 2_048

    private struct Place: Hashable {
        let partition: Partition
        let block: TreeBlock
    }

    private let log: any CheckpointLog
    private var pyramids: [Place: Pyramid] = [:]

    /// Reads from a store.
    public init(_ log: any CheckpointLog) { self.log = log }

    /// The proof that the event at a position is a leaf of the tree of `size` leaves; nil when it is
    /// none.
    ///
    /// - Throws: `.damaged` when a leaf or a tile is missing.
    public func proof(
        of position: LogPosition,
        in partition: Partition,
        size: Int64
    ) async throws(StoreError) -> InclusionProof? {
        guard position.value >= 1, position.value <= size else { return nil }
        let index = position.value - 1
        let subtrees = InclusionProof.ranges(of: index, in: size).flatMap(\.subtrees)
        try await read(subtrees.map { TreeBlockPart($0).block }, of: partition)
        return try InclusionProof(of: index, in: size) { subtree throws(StoreError) in
            let place = Place(partition: partition, block: TreeBlockPart(subtree).block)
            guard let root = pyramids[place]?.root(of: subtree) else {
                throw .partOfTreeMissing(in: partition)
            }
            return root
        }
    }

    /// Reads the blocks that are not at hand, in one bulk read.
    private func read(
        _ blocks: [TreeBlock],
        of partition: Partition
    ) async throws(StoreError) {
        let missing = Set(blocks).filter { block in
            pyramids[Place(partition: partition, block: block)] == nil
        }
        guard !missing.isEmpty else { return }
        if pyramids.count + missing.count > Self.limitBlocks {
            pyramids.removeAll(keepingCapacity: true)
            return try await read(blocks, of: partition)
        }
        let ordered = Array(missing)
        let read = try await log.treeHashes(in: partition, ordered.map(\.range))
        for (block, hashes) in zip(ordered, read) {
            let row = block.level == 0 ? hashes.map(TreeHash.leaf) : hashes
            pyramids[Place(partition: partition, block: block)] = Pyramid(over: row)
        }
    }
}

/// The roots of all complete subtrees within a block.
private struct Pyramid: Sendable {
    private let rows: [[Digest]]

    init(over hashes: [Digest]) {
        var rows = [hashes]
        while let row = rows.last, row.count > 1 {
            rows.append(
                stride(from: 0, to: row.count - 1, by: 2).map { index in
                    TreeHash.node(row[index], row[index + 1])
                }
            )
        }
        self.rows = rows
    }

    func root(of subtree: Subtree) -> Digest? {
        let height = subtree.level % TreeTile.bitsPerLevel
        let width = 1 << (TreeTile.bitsPerLevel - height)
        let index = Int(subtree.index) % width
        guard height < rows.count, index < rows[height].count else { return nil }
        return rows[height][index]
    }
}
