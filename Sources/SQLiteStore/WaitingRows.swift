// SPDX-License-Identifier: Apache-2.0

import DequeModule
import EventStore

/// Which rows of the ingest log hold records that are not processed yet, by partition.
///
/// A flush writes one row for all partitions, since a row and an index entry for each would cost a
/// burst of single events more than the events themselves; so the way from a partition's place to
/// its row is kept here (ADR 0012). It takes 16 bytes for each flush and partition that waits, and
/// is read from the rows' directories when the store is opened.
struct WaitingRows: Sendable {
    private struct Entry {
        /// The partition's last place in the row.
        let last: Int64
        let flush: Int64
    }

    /// By partition, in order.
    private var entries: [Deque<Entry>]
    /// How many partitions have records waiting in each flush.
    private var unfinished: [Int64: Int] = [:]

    /// The number of the last flush that was added.
    private(set) var lastFlush: Int64

    /// Flushes whose rows are of no use any more, in the order they became so.
    private(set) var obsolete: Deque<Int64> = []

    init(partitions: Int, lastFlush: Int64 = 0) {
        entries = Array(repeating: [], count: partitions)
        self.lastFlush = lastFlush
    }

    /// A partition's last place in any row.
    func lastPosition(of partition: Partition) -> Int64? { entries[partition.number].last?.last }

    /// Takes note of a flush; numbers grow.
    mutating func add(_ flush: Int64, _ parts: [(partition: Partition, last: Int64)]) {
        lastFlush = max(lastFlush, flush)
        unfinished[flush] = parts.count
        for part in parts {
            entries[part.partition.number].append(Entry(last: part.last, flush: flush))
        }
    }

    /// Takes note that a partition's records up to a place are processed.
    mutating func processed(_ partition: Partition, through place: Int64) {
        while let first = entries[partition.number].first, first.last <= place {
            entries[partition.number].removeFirst()
            let left = unfinished[first.flush, default: 1] - 1
            unfinished[first.flush] = left == 0 ? nil : left
            if left == 0 { obsolete.append(first.flush) }
        }
    }

    /// Takes note that the rows of the first obsolete flushes have been deleted.
    mutating func deleted(_ count: Int) {
        obsolete.removeFirst(count)
    }

    /// The flushes that hold a partition's records after a place, enough for `count` of them.
    func flushes(of partition: Partition, after place: Int64, count: Int) -> [Int64] {
        let entries = entries[partition.number]
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].last > place { high = middle } else { low = middle + 1 }
        }
        let end = count < Int.max ? place + Int64(count) : Int64.max
        var flushes: [Int64] = []
        while low < entries.count {
            flushes.append(entries[low].flush)
            if entries[low].last >= end { break }
            low += 1
        }
        return flushes
    }
}

extension WaitingRows {
    /// The flushes as runs of neighbours, at most `limit` flushes.
    func obsoleteRuns(limit: Int) -> (runs: [ClosedRange<Int64>], count: Int) {
        let flushes = obsolete.prefix(limit).sorted()
        var runs: [ClosedRange<Int64>] = []
        for flush in flushes {
            if let last = runs.last, last.upperBound + 1 == flush {
                runs[runs.count - 1] = last.lowerBound...flush
            } else {
                runs.append(flush...flush)
            }
        }
        return (runs, flushes.count)
    }
}
