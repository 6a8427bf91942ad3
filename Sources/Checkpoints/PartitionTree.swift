// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import TransparencyLog

/// One partition's tree as far as it has grown in memory, and what of it is signed.
struct PartitionTree {
    /// The epoch under which the node owns the partition.
    let epoch: Int
    /// The tree's right edge.
    private(set) var frontier: MerkleFrontier
    /// The stored hash of the last leaf's event; zero without one.
    private(set) var last: Digest
    /// How many leaves the latest checkpoint has.
    private(set) var signedSize: Int64
    /// What has become complete since.
    private(set) var tiles: [TreeTile] = []
    /// Since when there has been a leaf that no checkpoint has.
    private(set) var waitingSince: ContinuousClock.Instant?
    /// The last place of the log, as far as is known.
    var head: Int64
    /// Which turn of the feed the leaves are from; see `HashFeed.Part`.
    var feedTurn: Int?

    /// A tree as its latest checkpoint has it.
    init(epoch: Int, frontier: MerkleFrontier, last: Digest, head: Int64) {
        self.epoch = epoch
        self.frontier = frontier
        self.last = last
        self.head = head
        signedSize = frontier.size
    }

    /// How many leaves it has.
    var size: Int64 { frontier.size }

    /// Whether the log has events that are no leaves yet.
    var isBehind: Bool { size < head }

    /// Adds events by their stored hashes.
    mutating func append(_ hashes: [Digest], at now: ContinuousClock.Instant) {
        guard let newest = hashes.last else { return }
        for hash in hashes {
            frontier.append(leaf: TreeHash.leaf(hash)) { subtree, root in
                guard subtree.level.isMultiple(of: TreeTile.bitsPerLevel) else { return }
                tiles.append(
                    TreeTile(
                        level: subtree.level / TreeTile.bitsPerLevel,
                        number: subtree.index,
                        hash: root
                    )
                )
            }
        }
        last = newest
        head = max(head, size)
        waitingSince = waitingSince ?? now
    }

    /// Whether a checkpoint is due, by the number of leaves or by the time that one has waited.
    func isDue(_ settings: CheckpointSettings, at now: ContinuousClock.Instant) -> Bool {
        guard let waitingSince, size > signedSize else { return false }
        return size - signedSize >= Int64(settings.intervalEvents)
            || now - waitingSince >= .seconds(settings.intervalSeconds)
    }

    /// Takes note that all leaves are in a checkpoint.
    mutating func signed() {
        signedSize = size
        tiles = []
        waitingSince = nil
    }
}

/// How often checkpoints are made.
public struct CheckpointSettings: Hashable, Sendable {
    /// A partition gets one at the latest after this many events.
    public var intervalEvents = 10_000
    /// An event is in one at the latest after this many seconds; 0 means that none are made.
    public var intervalSeconds = 60

    /// At most this many events, so that what waits for a checkpoint fits in memory.
    public static let intervalLimitEvents = 1_000_000

    /// The settings unless told otherwise.
    public init() {}

    /// Whether checkpoints are made at all.
    public var isOn: Bool { intervalSeconds > 0 }
}
