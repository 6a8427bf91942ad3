// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The row numbers of recently used streams, so that a turn need not look each one up.
///
/// Only committed streams are in it. What is in use stays, and memory is bounded.
package final class StreamNumbers: Sendable {
    package static let generationLimitStreams = 65_536

    private struct Memory {
        var numbers: Generations<StreamID, Int64>
        /// The other way round, for who reads events one after the other.
        var streams: Generations<Int64, StreamID>
    }

    private let memory: Mutex<Memory>

    package init(generationLimit: Int = StreamNumbers.generationLimitStreams) {
        memory = Mutex(
            Memory(
                numbers: Generations(limit: generationLimit),
                streams: Generations(limit: generationLimit)
            )
        )
    }

    /// The number of a stream, if it was used lately.
    package func number(of stream: StreamID) -> Int64? {
        memory.withLock { $0.numbers.value(of: stream) }
    }

    /// The numbers of several streams, nil for those not used lately.
    package func numbers(of streams: [StreamID]) -> [Int64?] {
        memory.withLock { memory in
            streams.map { memory.numbers.value(of: $0) }
        }
    }

    /// The stream with a number, if events of it were read lately.
    package func stream(numbered number: Int64) -> StreamID? {
        memory.withLock { $0.streams.value(of: number) }
    }

    /// Forgets all streams.
    package func forgetAll() {
        memory.withLock { memory in
            memory.numbers.removeAll()
            memory.streams.removeAll()
        }
    }

    /// Remembers the numbers of committed streams.
    package func remember(_ streams: [StreamID: Int64]) {
        guard !streams.isEmpty else { return }
        memory.withLock { memory in
            for (stream, number) in streams {
                memory.numbers.insert(number, of: stream)
            }
        }
    }

    /// Remembers streams whose events were read: whoever reads on meets them again, and whoever
    /// follows the log asks for their numbers next.
    package func rememberRead(_ streams: [(number: Int64, stream: StreamID)]) {
        guard !streams.isEmpty else { return }
        memory.withLock { memory in
            for (number, stream) in streams {
                memory.numbers.insert(number, of: stream)
                memory.streams.insert(stream, of: number)
            }
        }
    }
}

/// Values used lately, in two generations: when the young one is full it becomes the old one and
/// the old one is forgotten.
private struct Generations<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    let limit: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    init(limit: Int) { self.limit = limit }

    /// The value of a key, which is in use from now on.
    mutating func value(of key: Key) -> Value? {
        if let value = young[key] { return value }
        guard let value = old[key] else { return nil }
        insert(value, of: key)
        return value
    }

    mutating func insert(_ value: Value, of key: Key) {
        if young.count >= limit {
            old = young
            young = [:]
            young.reserveCapacity(limit)
        }
        young[key] = value
    }

    mutating func removeAll() { self = Generations(limit: limit) }
}
