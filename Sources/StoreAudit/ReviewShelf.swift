// SPDX-License-Identifier: Apache-2.0

import EventStore
import StreamReview

/// The reviews of a partition's streams that were touched lately.
///
/// It holds two generations: when the young one is full it becomes the old one, and what was old is
/// put away. A stream that comes again is read again from its beginning, so that memory is bounded
/// whatever the number of streams.
struct ReviewShelf: Sendable {
    private let limit: Int
    private var young: [StreamID: OutcomeReview] = [:]
    private var old: [StreamID: OutcomeReview] = [:]

    /// `generationLimit`: So many reviews make a generation.
    init(generationLimit: Int) { limit = generationLimit }

    func holds(_ stream: StreamID) -> Bool { young[stream] != nil || old[stream] != nil }

    /// The review of a stream, if it is here; not counted as a use.
    subscript(_ stream: StreamID) -> OutcomeReview? { young[stream] ?? old[stream] }

    /// Feeds a review, in place; false when it is not here.
    mutating func update(_ stream: StreamID, _ body: (inout OutcomeReview) -> Void) -> Bool {
        if young[stream] == nil {
            guard let review = old.removeValue(forKey: stream) else { return false }
            young[stream] = review
        }
        guard let index = young.index(forKey: stream) else { return false }
        body(&young.values[index])
        return true
    }

    mutating func put(_ review: OutcomeReview) { young[review.stream] = review }

    /// Makes room, and hands out the reviews that are put away.
    mutating func makeRoom() -> [OutcomeReview] {
        guard young.count >= limit else { return [] }
        defer {
            old = young
            young = [:]
            young.reserveCapacity(limit)
        }
        return Array(old.values)
    }

    /// All that are here.
    var all: [OutcomeReview] { Array(young.values) + Array(old.values) }
}
