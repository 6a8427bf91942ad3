// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore

/// The streams of a batch: those of the facts that concern a projection, each with a slot.
struct BatchStreams: Sendable {
    /// The places in the batch of the facts that concern the projection.
    private(set) var indices: [Int] = []
    /// The slot of each of those.
    private(set) var slots: [Int] = []
    /// The number of each slot's stream.
    private(set) var numbers: [Int64] = []

    private var streams: [StreamID] = []
    private var partitions: [Partition] = []

    /// Gives each stream a slot, in the order they come; numbers are still missing.
    init(of facts: [RecordedFact], concerning: (RecordedFact) -> Bool) {
        var known: [StreamID: Int] = [:]
        known.reserveCapacity(facts.count)
        indices.reserveCapacity(facts.count)
        slots.reserveCapacity(facts.count)
        for index in facts.indices where concerning(facts[index]) {
            let stream = facts[index].stream
            let next = streams.count
            // One access, since hashing a key costs more than everything else here.
            let slot = Self.settle(&known[stream, default: -1], on: next)
            indices.append(index)
            slots.append(slot)
            guard slot == next else { continue }
            streams.append(stream)
            partitions.append(facts[index].partition)
        }
    }

    private static func settle(_ slot: inout Int, on next: Int) -> Int {
        if slot < 0 { slot = next }
        return slot
    }

    /// Looks the numbers up, in memory as far as they are there.
    ///
    /// - Throws: `.damaged` when a stream of an event has none.
    mutating func resolve(
        _ known: StreamNumbers,
        in log: StoreWriter
    ) async throws(StoreError) {
        var found = known.numbers(of: streams)
        let missing = found.indices.filter { found[$0] == nil }
        if !missing.isEmpty {
            let read = try await log.read { [streams, partitions] database in
                let reads = StreamReads(database, known)
                return try missing.map { slot in
                    try reads.number(of: streams[slot], in: partitions[slot])
                }
            }
            for (slot, number) in zip(missing, read) {
                found[slot] = number
            }
        }
        numbers = found.compactMap { $0 }
        guard numbers.count == streams.count else {
            throw StoreError(.damaged, detail: "the stream of a fact has no number")
        }
    }
}
