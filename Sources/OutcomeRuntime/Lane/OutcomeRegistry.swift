// SPDX-License-Identifier: Apache-2.0

import EventStore

/// The active outcomes of a lane: which keys have an actor in memory, those not used lately first
/// to be passivated.
///
/// Owned by the lane; memory is bounded by `limit`, not by what is open. It holds two generations:
/// between turns, when the young one has reached half the limit, or both together all of it, it
/// becomes the old one and the old one is passivated. What is used moves to the young one.
struct OutcomeRegistry {
    private let limit: Int
    private var young: [StreamID: OutcomeActor] = [:]
    private var old: [StreamID: OutcomeActor] = [:]

    init(limit: Int) { self.limit = limit }

    var count: Int { young.count + old.count }

    /// The actor of a key, if it is in memory; counts as a use.
    mutating func actor(of stream: StreamID) -> OutcomeActor? {
        if let actor = young[stream] { return actor }
        guard !old.isEmpty, let actor = old.removeValue(forKey: stream) else { return nil }
        young[stream] = actor
        return actor
    }

    mutating func activate(_ actor: OutcomeActor) {
        young[actor.stream] = actor
    }

    /// Forgets actors whose memory may have run ahead of the store.
    mutating func drop(_ streams: some Sequence<StreamID>) {
        for stream in streams {
            young[stream] = nil
            old[stream] = nil
        }
    }

    /// Forgets all actors of a partition.
    mutating func drop(_ partition: Partition) {
        young = young.filter { $0.value.partition != partition }
        old = old.filter { $0.value.partition != partition }
    }

    /// Passivates what was not used lately, so that the limit is kept.
    ///
    /// Only between turns.
    mutating func passivate() {
        guard young.count > limit / 2 || count > limit else { return }
        old = young.count > limit ? [:] : young
        young = [:]
    }
}
