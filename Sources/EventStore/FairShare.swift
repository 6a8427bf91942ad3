// SPDX-License-Identifier: Apache-2.0

/// Shares a limit among partitions so that a long backlog starves nobody.
package enum FairShare {
    /// How many each partition gets: an equal part, and what shorter ones leave goes to the longer.
    ///
    /// When there are more partitions than the limit, one each is given from the one whose `turn`
    /// it is.
    package static func of(
        _ limit: Int,
        among waiting: [Partition: Int],
        turn: Int
    ) -> [(partition: Partition, count: Int)] {
        guard limit > 0, !waiting.isEmpty else { return [] }
        guard limit >= waiting.count else {
            let partitions = waiting.keys.sorted()
            let start = Int(UInt(bitPattern: turn) % UInt(partitions.count))
            return (0..<limit).map { (partitions[(start + $0) % partitions.count], 1) }
        }
        var left = limit
        var share: [(partition: Partition, count: Int)] = []
        share.reserveCapacity(waiting.count)
        let ascending = waiting.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        for (index, (partition, count)) in ascending.enumerated() {
            let part = min(count, left / (ascending.count - index))
            left -= part
            share.append((partition, part))
        }
        return share
    }
}
