// SPDX-License-Identifier: Apache-2.0

import DequeModule
import EventStore

/// For how long what stands first in a log has waited for whoever follows it.
///
/// It looks at both places of each partition now and then and remembers when a place was first
/// seen. So it knows no time from before it began, and is late by one look; it needs no clock of a
/// record's, which in a sandbox is no clock of ours.
struct TrailingAge {
    /// At most so many places are remembered of a partition; then every second one is forgotten.
    static let marksLimit = 64

    private struct Mark {
        let place: Int64
        let seen: ContinuousClock.Instant
    }

    private var marks: [Partition: Deque<Mark>] = [:]

    /// Takes note of where both stand, as far as that is known.
    mutating func look(
        ahead: [Partition: Int64],
        behind: [Partition: Int64],
        at now: ContinuousClock.Instant
    ) {
        for (partition, place) in ahead where place > (behind[partition] ?? 0) {
            guard place > marks[partition]?.last?.place ?? 0 else { continue }
            marks[partition, default: []].append(Mark(place: place, seen: now))
        }
        for partition in marks.keys {
            let reached = behind[partition] ?? 0
            while let first = marks[partition]?.first, first.place <= reached {
                marks[partition]?.removeFirst()
            }
            if marks[partition, default: []].count > Self.marksLimit { thin(partition) }
            if marks[partition]?.isEmpty == true { marks[partition] = nil }
        }
    }

    /// The age of the oldest that waits; zero when nothing does.
    func oldest(at now: ContinuousClock.Instant) -> Duration {
        marks.values.compactMap(\.first).map { now - $0.seen }.max() ?? .zero
    }

    private mutating func thin(_ partition: Partition) {
        let all = marks[partition] ?? []
        marks[partition] = Deque(
            all.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        )
    }
}
