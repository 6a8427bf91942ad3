// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import TransparencyLog

/// A partition's tree as it grows while the partition is walked, held against its checkpoints.
struct TreeWalk: Sendable {
    /// A root that the tree must have at a size.
    struct Mark: Hashable, Sendable {
        let size: Int64
        let root: Digest
        /// Whether it is from a file that was kept, and not from the store.
        let isKept: Bool
    }

    private(set) var frontier = MerkleFrontier()
    /// Whether every event so far was there: the tree of a partition with a gap is another one.
    var isWhole = true
    /// How many checkpoints the tree was held against.
    private(set) var checked = 0
    /// Those it does not agree with.
    private(set) var mismatches: [Mark] = []
    /// The roots of the subtrees that stores keep.
    private(set) var tiles: [TreeTile] = []
    /// The size of the last checkpoint of the store that was loaded.
    private(set) var loadedSize: Int64 = 0
    /// Whether the store has no further checkpoint.
    private(set) var isLoaded = false
    /// Marks that lie ahead, the nearest last.
    private var ahead: [Mark] = []

    mutating func append(_ hash: Digest) {
        frontier.append(leaf: TreeHash.leaf(hash)) { subtree, root in
            guard subtree.level.isMultiple(of: TreeTile.bitsPerLevel) else { return }
            let level = subtree.level / TreeTile.bitsPerLevel
            guard level <= TreeTile.maximumLevel else { return }
            tiles.append(TreeTile(level: level, number: subtree.index, hash: root))
        }
        while let mark = ahead.last, mark.size <= frontier.size {
            ahead.removeLast()
            guard isWhole else { continue }
            checked += 1
            if mark.size != frontier.size || mark.root != frontier.root {
                mismatches.append(mark)
            }
        }
    }

    /// Takes marks that lie ahead.
    mutating func expect(_ marks: [Mark]) {
        ahead = (ahead + marks).sorted { $0.size > $1.size }
    }

    /// A page of the store's checkpoints was loaded; an empty one is the end.
    mutating func loaded(_ marks: [Mark]) {
        guard let last = marks.last else {
            isLoaded = true
            return
        }
        loadedSize = last.size
        expect(marks)
    }

    /// The marks the walk did not come to.
    var unmet: [Mark] { ahead.reversed() }
}
