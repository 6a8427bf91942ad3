// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@testable import Checkpoints

@Suite("The feed of hashes")
struct HashFeedTests {
    private let partition = Partition(1)

    private func hashes(_ range: ClosedRange<Int>) -> [Digest] { range.map(MemoryTree.hash) }

    @Test("who has seen a part gets the rest; who is behind or ahead of it gets nothing")
    func rest() {
        let feed = HashFeed()
        #expect(feed.part(in: partition, after: 0) == nil)
        feed.publish(hashes(1...3), in: partition, through: LogPosition(3))
        feed.publish(hashes(4...5), in: partition, through: LogPosition(5))
        #expect(feed.part(in: partition, after: 0)?.hashes == hashes(1...5))
        #expect(feed.part(in: partition, after: 4)?.hashes == hashes(5...5))
        #expect(feed.part(in: partition, after: 5)?.hashes == [])
        #expect(feed.part(in: partition, after: 6) == nil)
        #expect(feed.part(in: Partition(2), after: 0) == nil)
    }

    @Test("a head without hashes, a gap and a step back begin anew, and that shows")
    func anew() throws {
        let feed = HashFeed()
        feed.publish(hashes(1...3), in: partition, through: LogPosition(3))
        let turn = try #require(feed.part(in: partition, after: 3)?.turn)
        feed.publish([], in: partition, through: LogPosition(3))
        #expect(feed.part(in: partition, after: 3)?.turn == turn)
        feed.publish([], in: partition, through: LogPosition(9))
        #expect(feed.part(in: partition, after: 3) == nil)
        let later = try #require(feed.part(in: partition, after: 9))
        #expect(later.hashes.isEmpty && later.turn != turn)
        feed.publish(hashes(8...8), in: partition, through: LogPosition(8))
        #expect(feed.part(in: partition, after: 7)?.hashes == hashes(8...8))
        #expect(feed.part(in: partition, after: 7)?.turn != later.turn)
    }

    @Test("it keeps the newest and no more than its limit")
    func bounded() {
        let feed = HashFeed()
        let limit = HashFeed.limitPerPartition
        feed.publish(hashes(1...limit), in: partition, through: LogPosition(Int64(limit)))
        feed.publish(
            hashes((limit + 1)...(limit + 10)),
            in: partition,
            through: LogPosition(Int64(limit) + 10)
        )
        #expect(feed.part(in: partition, after: 9) == nil)
        #expect(feed.part(in: partition, after: 10)?.hashes.count == limit)
    }
}
