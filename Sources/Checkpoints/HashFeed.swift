// SPDX-License-Identifier: Apache-2.0

import DequeModule
public import EventStore
public import ExactValues
import Synchronization

/// The hashes of each partition's newest events, as the lanes commit them, so that trees grow
/// without reading the log back.
///
/// Bounded; who falls behind reads the store.
public final class HashFeed: Sendable {
    /// At most so many hashes of a partition are kept.
    public static let limitPerPartition = 4_096

    /// What the feed has after a place.
    struct Part {
        let hashes: [Digest]
        /// Another number than before means that the log may have gone another way in between.
        let turn: Int
    }

    private struct Segment {
        var first: Int64
        var hashes: Deque<Digest> = []
        var turn = 0
        var end: Int64 { first + Int64(hashes.count) }
    }

    private let segments = Mutex<[Partition: Segment]>([:])

    /// A feed that knows nothing.
    public init() {}

    /// Adds the hashes up to the log's `head`.
    ///
    /// What does not go on where the feed ended takes the place of all that was kept.
    public func publish(_ hashes: [Digest], in partition: Partition, through head: LogPosition) {
        let first = head.value - Int64(hashes.count) + 1
        segments.withLock { segments in
            var segment = segments[partition] ?? Segment(first: first)
            // One copy only: the dictionary's would make each append copy all.
            segments[partition] = nil
            if segment.end != first {
                segment = Segment(first: first, turn: segment.turn + 1)
            }
            segment.hashes.append(contentsOf: hashes)
            let excess = segment.hashes.count - Self.limitPerPartition
            if excess > 0 {
                segment.hashes.removeFirst(excess)
                segment.first += Int64(excess)
            }
            segments[partition] = segment
        }
    }

    /// What comes after a place; nil when the feed does not reach back that far or knows nothing.
    func part(in partition: Partition, after place: Int64) -> Part? {
        segments.withLock { segments in
            guard let segment = segments[partition], place + 1 >= segment.first,
                place < segment.end
            else { return nil }
            let hashes = Array(segment.hashes.dropFirst(Int(place + 1 - segment.first)))
            return Part(hashes: hashes, turn: segment.turn)
        }
    }
}
