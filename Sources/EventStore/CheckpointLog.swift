// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// The port to the checkpoints of the partitions' trees, to what makes proofs fast, and to the keys
/// that sign.
///
/// A partition's tree has the events' stored hashes as its leaves, in the order of their positions
/// (ADR 0026). What is written here is never changed.
public protocol CheckpointLog: Sendable {
    /// The name by which checkpoints know this log: a copy goes on under the name of its source.
    var logName: String { get }

    /// The checkpoint with the most leaves of each partition; one without any is absent.
    func latestCheckpoints(
        of partitions: [Partition]
    ) async throws(StoreError) -> [Partition: StoredCheckpoint]

    /// Checkpoints of a partition with more leaves than `size`, fewest first, at most `limit`.
    func checkpoints(
        in partition: Partition,
        after size: Int64,
        limit: Int
    ) async throws(StoreError) -> [StoredCheckpoint]

    /// Hashes of ranges of a partition's tree, each range in order; one bulk read.
    ///
    /// A range that is not there to its end is answered as far as it is.
    func treeHashes(
        in partition: Partition,
        _ ranges: [TreeRange]
    ) async throws(StoreError) -> [[Digest]]

    /// Adds checkpoints of different partitions, each together with the tiles that it completes or
    /// not at all.
    ///
    /// A partition's is written only if its log is what the writer believes: under that epoch, and
    /// with that event as the last leaf. With several nodes only the owner writes; for the catalogs,
    /// which have no owner, the first. One that is there already stays as it is.
    /// - Returns: The partitions whose log was what the writer believed.
    /// - Throws: On any error some may have been written and others not; to write them again is safe.
    func appendCheckpoints(
        _ appends: [CheckpointAppend]
    ) async throws(StoreError) -> Set<Partition>

    /// The keys that have signed or will, oldest first.
    func signingKeys() async throws(StoreError) -> [StoredSigningKey]

    /// Adds a key; one that is there already stays as it is.
    func register(_ key: StoredSigningKey) async throws(StoreError)
}

/// How logs are named.
public enum LogName {
    /// The name a log gets when its store is created, from the number that no other store has.
    public static func created(with identity: Digest) -> String {
        "assay-" + identity.hex.prefix(16)
    }
}

/// A signed checkpoint as it is stored for ever.
public struct StoredCheckpoint: Hashable, Sendable {
    /// The partition whose tree it is of.
    public let partition: Partition
    /// How many leaves the tree had: the position of its last event.
    public let size: Int64
    /// The tree's root.
    public let root: Digest
    /// When it was signed.
    public let time: Timestamp
    /// The signed note.
    public let note: String

    /// Puts a checkpoint together.
    public init(partition: Partition, size: Int64, root: Digest, time: Timestamp, note: String) {
        self.partition = partition
        self.size = size
        self.root = root
        self.time = time
        self.note = note
    }
}

/// The root of a complete subtree of 256 to the power of `level` leaves.
public struct TreeTile: Hashable, Sendable {
    /// 1 for 256 leaves, 2 for 65,536, and so on.
    public let level: Int
    /// Its number among those of its level, from 0.
    public let number: Int64
    /// Its root.
    public let hash: Digest

    /// Subtrees whose height is a multiple of this are kept.
    public static let bitsPerLevel = 8
    /// The highest level that a partition of 2^40 events has.
    public static let maximumLevel = 5

    /// Puts a tile together.
    public init(level: Int, number: Int64, hash: Digest) {
        self.level = level
        self.number = number
        self.hash = hash
    }

    /// The tiles that are complete in a tree of `size` leaves and were not when it had `before`.
    public static func completed(from before: Int64, to size: Int64) -> [TreeRange] {
        (1...maximumLevel).compactMap { level in
            let shift = Int64(level * bitsPerLevel)
            let (first, end) = (before >> shift, size >> shift)
            return first < end
                ? TreeRange(level: level, first: first, count: Int(end - first)) : nil
        }
    }
}

/// Hashes of a tree next to each other: at level 0 the stored hashes of events, above it tiles.
public struct TreeRange: Hashable, Sendable {
    /// The level; 0 is that of the events.
    public let level: Int
    /// The first one's number, from 0: at level 0 the position less one.
    public let first: Int64
    /// How many.
    public let count: Int

    /// Names a range.
    public init(level: Int, first: Int64, count: Int) {
        self.level = level
        self.first = first
        self.count = count
    }
}

/// A new checkpoint, and what its writer believes of the log.
public struct CheckpointAppend: Sendable {
    /// The checkpoint.
    public let checkpoint: StoredCheckpoint
    /// The epoch of the partition.
    public let epoch: Int
    /// The stored hash of the last leaf's event.
    public let last: Digest
    /// The tiles that are complete now and were not at the checkpoint before.
    public let tiles: [TreeTile]

    /// Puts an append together.
    public init(checkpoint: StoredCheckpoint, epoch: Int, last: Digest, tiles: [TreeTile]) {
        self.checkpoint = checkpoint
        self.epoch = epoch
        self.last = last
        self.tiles = tiles
    }
}

/// A public key that signs checkpoints, and the note by which it was made known.
public struct StoredSigningKey: Hashable, Sendable {
    /// The key in the text form of C2SP's signed notes; unique in a store.
    public let key: String
    /// From when on it signs.
    public let since: Timestamp
    /// Its registration, signed by itself and by the key it follows, if any.
    public let registration: String

    /// Puts a key together.
    public init(key: String, since: Timestamp, registration: String) {
        self.key = key
        self.since = since
        self.registration = registration
    }
}
