// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Synchronization

/// The newest elements of each partition's log, kept in memory so that whoever follows the log
/// closely need not read it back.
///
/// Bounded; who falls behind reads the store. What was published together is kept and forgotten
/// together, so that nobody copies elements but those who read them.
public final class EventTail<Element: Sendable>: Sendable {
    private struct Segment {
        var first: Int64
        var parts: Deque<[Element]> = []
        var count = 0
        var end: Int64 { first + Int64(count) }

        mutating func append(_ part: [Element], limit: Int) {
            guard !part.isEmpty else { return }
            guard part.count <= limit else {
                self = Segment(first: end + Int64(part.count - limit))
                append(Array(part.suffix(limit)), limit: limit)
                return
            }
            parts.append(part)
            count += part.count
            while let oldest = parts.first, count - oldest.count >= limit {
                parts.removeFirst()
                count -= oldest.count
                first += Int64(oldest.count)
            }
        }

        /// At most `limit` elements from an offset on.
        ///
        /// Readers follow closely: the place is looked for from the end.
        func elements(from offset: Int, limit: Int) -> [Element] {
            var index = parts.count
            var start = count
            while start > offset {
                index -= 1
                start -= parts[index].count
            }
            let upper = min(offset + limit, count)
            var found: [Element] = []
            found.reserveCapacity(upper - offset)
            while start < upper {
                let part = parts[index]
                found += part[max(0, offset - start)..<min(part.count, upper - start)]
                start += part.count
                index += 1
            }
            return found
        }
    }

    private let limit: Int
    private let segments: Mutex<[Int: Segment]>

    /// Keeps `limitPerPartition` elements of each partition, and what was published with the oldest
    /// of them: fewer than twice as many.
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
            var segment = segments.removeValue(forKey: partition.number) ?? Segment(first: first)
            // Who publishes late says nothing new: the log is further already.
            if head + 1 >= segment.end {
                if segment.end != first { segment = Segment(first: first) }
                segment.append(elements, limit: limit)
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
            return segment.elements(from: Int(place + 1 - segment.first), limit: limit)
        }
    }

    /// The newest element that is looked for, if it is kept.
    public func last(in partition: Partition, where isWanted: (Element) -> Bool) -> Element? {
        segments.withLock { segments in
            for part in segments[partition.number]?.parts.reversed() ?? [] {
                if let found = part.last(where: isWanted) { return found }
            }
            return nil
        }
    }
}
