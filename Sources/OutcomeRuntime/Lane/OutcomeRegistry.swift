// SPDX-License-Identifier: Apache-2.0

import DequeModule
import EventStore

/// The active outcomes of a lane: which keys have an actor in memory, the least lately used first
/// to be passivated.
///
/// Owned by the lane; memory is bounded by `limit`, not by what is open.
struct OutcomeRegistry {
    private struct Entry {
        let actor: OutcomeActor
        var used: Int
    }

    private let limit: Int
    private var entries: [StreamID: Entry] = [:]
    private var uses: Deque<(stream: StreamID, used: Int)> = []
    private var clock = 0

    init(limit: Int) { self.limit = limit }

    var count: Int { entries.count }

    func contains(_ stream: StreamID) -> Bool { entries[stream] != nil }

    /// The actor of a key, if it is in memory; notes the use.
    mutating func actor(of stream: StreamID) -> OutcomeActor? {
        guard let index = entries.index(forKey: stream) else { return nil }
        clock += 1
        entries.values[index].used = clock
        uses.append((stream, clock))
        return entries.values[index].actor
    }

    mutating func activate(_ actor: OutcomeActor) {
        clock += 1
        entries[actor.stream] = Entry(actor: actor, used: clock)
        uses.append((actor.stream, clock))
    }

    /// Forgets actors whose memory may have run ahead of the store.
    mutating func drop(_ streams: some Sequence<StreamID>) {
        for stream in streams {
            entries[stream] = nil
        }
    }

    /// Passivates the least lately used actors until the limit is kept.
    ///
    /// Only between turns.
    mutating func passivate() {
        while entries.count > limit, let oldest = uses.popFirst() {
            guard entries[oldest.stream]?.used == oldest.used else { continue }
            entries[oldest.stream] = nil
        }
        guard uses.count > 2 * limit + entries.count else { return }
        uses = Deque(uses.filter { entries[$0.stream]?.used == $0.used })
    }
}
