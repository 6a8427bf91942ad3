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

    private var streams: [PartitionStream] = []

    /// For a read model that needs none.
    static let none = BatchStreams(of: []) { _ in false }

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
            streams.append(
                PartitionStream(partition: facts[index].partition, stream: stream)
            )
        }
    }

    private static func settle(_ slot: inout Int, on next: Int) -> Int {
        if slot < 0 { slot = next }
        return slot
    }

    /// Looks the numbers up.
    ///
    /// - Throws: `.damaged` when a stream of an event has none.
    mutating func resolve(in log: any LogIndex) async throws(StoreError) {
        numbers = try await log.numbers(of: streams).compactMap { $0 }
        guard numbers.count == streams.count else {
            throw StoreError(.damaged, detail: "the stream of a fact has no number")
        }
    }
}
