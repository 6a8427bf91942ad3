// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The row numbers of recently used streams, so that a turn need not look each one up.
///
/// Only committed streams are in it. It holds two generations: when the young one is full it
/// becomes the old one and the old one is forgotten, so that memory is bounded and what is in use
/// stays.
package final class StreamNumbers: Sendable {
    package static let generationLimitStreams = 65_536

    private struct Generations {
        var young: [StreamID: Int64] = [:]
        var old: [StreamID: Int64] = [:]
    }

    private let limit: Int
    private let generations = Mutex(Generations())

    package init(generationLimit: Int = StreamNumbers.generationLimitStreams) {
        limit = generationLimit
    }

    /// The number of a stream, if it was used lately.
    package func number(of stream: StreamID) -> Int64? {
        generations.withLock { Self.number(of: stream, limit: limit, in: &$0) }
    }

    /// The numbers of several streams, nil for those not used lately.
    package func numbers(of streams: [StreamID]) -> [Int64?] {
        generations.withLock { generations in
            streams.map { Self.number(of: $0, limit: limit, in: &generations) }
        }
    }

    private static func number(
        of stream: StreamID,
        limit: Int,
        in generations: inout Generations
    ) -> Int64? {
        if let number = generations.young[stream] { return number }
        guard let number = generations.old[stream] else { return nil }
        insert(number, for: stream, limit: limit, into: &generations)
        return number
    }

    /// Forgets all streams.
    package func forgetAll() { generations.withLock { $0 = Generations() } }

    /// Remembers committed streams.
    package func remember(_ streams: some Sequence<(key: StreamID, value: Int64)>) {
        generations.withLock { generations in
            for (stream, number) in streams {
                Self.insert(number, for: stream, limit: limit, into: &generations)
            }
        }
    }

    private static func insert(
        _ number: Int64,
        for stream: StreamID,
        limit: Int,
        into generations: inout Generations
    ) {
        if generations.young.count >= limit {
            generations.old = generations.young
            generations.young = [:]
            generations.young.reserveCapacity(limit)
        }
        generations.young[stream] = number
    }
}
