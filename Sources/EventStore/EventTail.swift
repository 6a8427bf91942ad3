// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Synchronization

/// The newest elements of each partition's log, kept in memory so that whoever follows the log
/// closely need not read it back.
///
/// Bounded; who falls behind reads the store.
public final class EventTail<Element: Sendable>: Sendable {
    private struct Segment {
        var first: Int64
        var elements: Deque<Element>
        var end: Int64 { first + Int64(elements.count) }
    }

    private let limit: Int
    private let segments: Mutex<[Int: Segment]>

    /// Keeps at most `limitPerPartition` elements of each partition.
    public init(limitPerPartition: Int) {
        limit = limitPerPartition
        segments = Mutex([:])
    }

    /// Adds the elements up to the log's `head`.
    ///
    /// A gap drops what was kept. Without elements the head alone is known, so that what came into
    /// the log by another way is not taken for nothing.
    public func publish(_ elements: [Element], in partition: Partition, through head: Int64) {
        let first = head - Int64(elements.count) + 1
        segments.withLock { segments in
            var segment =
                segments.removeValue(forKey: partition.number)
                ?? Segment(first: first, elements: [])
            // Who publishes late says nothing new: the log is further already.
            guard head + 1 >= segment.end else {
                segments[partition.number] = segment
                return
            }
            if segment.end != first {
                segment = Segment(first: first, elements: [])
            }
            segment.elements.append(contentsOf: elements)
            let excess = segment.elements.count - limit
            if excess > 0 {
                segment.elements.removeFirst(excess)
                segment.first += Int64(excess)
            }
            segments[partition.number] = segment
        }
    }

    /// Forgets everything: the log may not be what it was.
    public func forgetAll() { segments.withLock { $0 = [:] } }

    /// Elements after a place, at most `limit`; nil when the tail does not reach back that far or
    /// knows nothing, so that the store has to be asked.
    public func elements(in partition: Partition, after place: Int64, limit: Int) -> [Element]? {
        segments.withLock { segments in
            guard let segment = segments[partition.number] else { return nil }
            guard place + 1 >= segment.first, place < segment.end else { return nil }
            let offset = Int(place + 1 - segment.first)
            let upper = min(offset + limit, segment.elements.count)
            return Array(segment.elements[offset..<upper])
        }
    }

    /// The newest element that is looked for, if it is kept.
    public func last(in partition: Partition, where isWanted: (Element) -> Bool) -> Element? {
        segments.withLock { $0[partition.number]?.elements.last(where: isWanted) }
    }
}
