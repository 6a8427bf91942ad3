// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import TransparencyLog

/// Answers questions about the partitions' trees from a store: proofs, roots, checkpoints.
///
/// A proof reads a few ranges of at most 256 hashes, however large the tree. What it rests on is
/// written with each checkpoint, so sizes are asked for up to that of the latest one.
public struct TreeReader: Sendable {
    /// The store.
    public let log: any CheckpointLog

    /// Reads from a store.
    public init(_ log: any CheckpointLog) { self.log = log }

    // MARK: Checkpoints

    /// The name of a partition's tree.
    public func origin(of partition: Partition) -> TreeOrigin {
        TreeOrigin(log: log.logName, partition: partition.number)
    }

    /// The latest checkpoint of a partition, if it has this position as a leaf.
    public func checkpoint(
        covering position: LogPosition,
        in partition: Partition
    ) async throws(StoreError) -> StoredCheckpoint? {
        let latest = try await log.latestCheckpoints(of: [partition])[partition]
        return latest.flatMap { $0.size >= position.value ? $0 : nil }
    }

    /// The checkpoint of a partition with just so many leaves.
    public func checkpoint(
        of size: Int64,
        in partition: Partition
    ) async throws(StoreError) -> StoredCheckpoint? {
        let page = try await log.checkpoints(in: partition, after: size - 1, limit: 1)
        return page.first.flatMap { $0.size == size ? $0 : nil }
    }

    /// The keys that the store knows to have signed.
    public func verifier() async throws(StoreError) -> NoteVerifier {
        NoteVerifier(keys: try await log.signingKeys().compactMap { VerifierKey($0.key) })
    }

    // MARK: Trees

    /// The root of a partition's tree when it had `size` leaves.
    public func root(of partition: Partition, size: Int64) async throws(StoreError) -> Digest {
        try await frontier(of: partition, size: size).root
    }

    /// The edge of a partition's tree when it had `size` leaves.
    ///
    /// - Throws: `.damaged` when a leaf or a tile is missing.
    public func frontier(
        of partition: Partition,
        size: Int64
    ) async throws(StoreError) -> MerkleFrontier {
        let subtrees = MerkleFrontier.subtrees(of: size)
        let roots = try await roots(of: subtrees, in: partition)
        guard let frontier = MerkleFrontier(size: size, peaks: subtrees.compactMap { roots[$0] })
        else { throw .partOfTreeMissing(in: partition) }
        return frontier
    }

    /// The proof that the event at a position is a leaf of the tree of `size` leaves; nil when it is
    /// none.
    ///
    /// - Throws: `.damaged` when a leaf or a tile is missing.
    public func inclusion(
        of position: LogPosition,
        in partition: Partition,
        size: Int64
    ) async throws(StoreError) -> InclusionProof? {
        try await InclusionProofs(log).proof(of: position, in: partition, size: size)
    }

    /// The proof that a partition's tree of `second` leaves begins with that of `first`; nil when the
    /// sizes are not in order, or the first is not at least one.
    ///
    /// - Throws: `.damaged` when a leaf or a tile is missing.
    public func consistency(
        in partition: Partition,
        from first: Int64,
        to second: Int64
    ) async throws(StoreError) -> ConsistencyProof? {
        guard first >= 1, first <= second else { return nil }
        let subtrees = ConsistencyProof.ranges(from: first, to: second).flatMap(\.subtrees)
        let roots = try await roots(of: subtrees, in: partition)
        return try ConsistencyProof(from: first, to: second) { subtree throws(StoreError) in
            guard let root = roots[subtree] else { throw .partOfTreeMissing(in: partition) }
            return root
        }
    }
}

// MARK: Reading

extension TreeReader {
    /// The roots of complete subtrees, in one bulk read.
    private func roots(
        of subtrees: [Subtree],
        in partition: Partition
    ) async throws(StoreError) -> [Subtree: Digest] {
        var spans: [TreeBlock: Range<Int64>] = [:]
        for part in subtrees.map(TreeBlockPart.init) {
            let span = spans[part.block] ?? part.range
            spans[part.block] =
                min(
                    span.lowerBound,
                    part.range.lowerBound
                )..<max(
                    span.upperBound,
                    part.range.upperBound
                )
        }
        let blocks = Array(spans.keys)
        let ranges = blocks.map { block in
            TreeRange(
                level: block.level,
                first: spans[block]?.lowerBound ?? 0,
                count: spans[block]?.count ?? 0
            )
        }
        let read = ranges.isEmpty ? [] : try await log.treeHashes(in: partition, ranges)
        let hashes = Dictionary(zip(blocks, read)) { first, _ in first }
        var roots: [Subtree: Digest] = [:]
        for subtree in subtrees {
            let part = TreeBlockPart(subtree)
            guard let hashes = hashes[part.block], let span = spans[part.block] else { continue }
            let start = Int(part.first - span.lowerBound)
            guard start + Int(part.count) <= hashes.count else {
                throw .partOfTreeMissing(in: partition)
            }
            let row = hashes[start..<(start + Int(part.count))]
            roots[subtree] = Self.root(part.block.level == 0 ? row.map(TreeHash.leaf) : Array(row))
        }
        return roots
    }

    /// The root over a power of two of hashes.
    private static func root(_ hashes: [Digest]) -> Digest {
        var row = hashes
        while row.count > 1 {
            row = stride(from: 0, to: row.count - 1, by: 2).map { index in
                TreeHash.node(row[index], row[index + 1])
            }
        }
        return row.first ?? TreeHash.empty
    }
}

extension StoreError {
    /// What a proof rests on is not in the store.
    static func partOfTreeMissing(in partition: Partition) -> StoreError {
        StoreError(.damaged, detail: "partition \(partition) lacks a part of its tree")
    }
}
