// SPDX-License-Identifier: Apache-2.0

import EventStore
import Testing

@Suite("The tail of a log")
struct EventTailTests {
    private static let limit = 20

    @Test(
        "it answers with what was published, or not at all",
        arguments: 1...40 as ClosedRange<UInt64>
    )
    func model(seed: UInt64) throws {
        var choose = SeededGenerator(seed: seed)
        let partition = Partition(3)
        let tail = EventTail<Int64>(limitPerPartition: Self.limit)
        #expect(tail.elements(in: partition, after: 0, limit: 9) == nil)
        var head: Int64 = 0
        var known: ClosedRange<Int64>?  // without a gap, up to the head; each element is its place
        for _ in 0..<60 {
            let count = Int64.random(in: 0...50, using: &choose)
            let isGap = Int.random(in: 0..<8, using: &choose) == 0
            let isLate = head > 60 && Int.random(in: 0..<8, using: &choose) == 0
            if isLate {
                tail.publish([head - 9, head - 8], in: partition, through: head - 8)
            } else {
                let first = head + (isGap ? 4 : 1)
                tail.publish(
                    Array(first..<first + count),
                    in: partition,
                    through: first + count - 1
                )
                head = first + count - 1
                if count > 0 {
                    known = (isGap ? first : known?.lowerBound ?? first)...head
                } else if isGap {
                    known = nil
                }
            }
            #expect(tail.last(in: partition) { _ in true } == known.map(\.upperBound))
            for _ in 0..<20 {
                let place = Int64.random(in: max(0, head - 60)...head + 2, using: &choose)
                let limit = Int.random(in: 0...30, using: &choose)
                let found = tail.elements(in: partition, after: place, limit: limit)
                if place > head { #expect(found == nil) }
                let rest = place < head ? Array(place + 1...head) : []
                if let found { #expect(found == Array(rest.prefix(limit))) }
                guard let known, place <= head else { continue }
                let isNear = place >= head - Int64(Self.limit) && place + 1 >= known.lowerBound
                if isNear { #expect(found != nil) }
                if place < head - 2 * Int64(Self.limit) { #expect(found == nil) }
            }
        }
        tail.forgetAll()
        #expect(tail.elements(in: partition, after: head, limit: 1) == nil)
    }
}
