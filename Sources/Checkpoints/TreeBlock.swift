// SPDX-License-Identifier: Apache-2.0

import EventStore
import TransparencyLog

/// At most 256 hashes that lie together in a store: leaves, or the roots of lower blocks.
struct TreeBlock: Hashable, Sendable {
    let level: Int
    let number: Int64

    /// Everything there is in it.
    var range: TreeRange {
        let first = number << Int64(TreeTile.bitsPerLevel)
        return TreeRange(level: level, first: first, count: 1 << TreeTile.bitsPerLevel)
    }
}

/// The hashes of one block that a subtree is made of.
struct TreeBlockPart {
    let block: TreeBlock
    let first: Int64
    let count: Int64

    init(_ subtree: Subtree) {
        let level = subtree.level / TreeTile.bitsPerLevel
        let height = Int64(subtree.level % TreeTile.bitsPerLevel)
        first = subtree.index << height
        count = 1 << height
        block = TreeBlock(level: level, number: first >> Int64(TreeTile.bitsPerLevel))
    }

    var range: Range<Int64> { first..<(first + count) }
}
