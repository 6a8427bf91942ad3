// SPDX-License-Identifier: Apache-2.0

import ExactValues
import TransparencyLog

/// A partition's tree as it grows while the partition is walked.
struct TreeWalk: Sendable {
    private(set) var frontier = MerkleFrontier()
    /// Whether every event so far was there: the tree of a partition with a gap is another one.
    var isWhole = true

    mutating func append(_ hash: Digest) { frontier.append(hash) }
}
