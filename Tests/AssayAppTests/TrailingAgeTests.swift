// SPDX-License-Identifier: Apache-2.0

import EventStore
import Testing

@testable import AssayApp

@Suite("The age of what waits")
struct TrailingAgeTests {
    private let start = ContinuousClock.now
    private let first = Partition(0)
    private let second = Partition(1)

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("it grows from when the oldest was first seen, and follows whoever passes it")
    func follows() {
        var age = TrailingAge()
        #expect(age.oldest(at: at(0)) == .zero)
        age.look(ahead: [first: 5], behind: [first: 0], at: at(0))
        age.look(ahead: [first: 9], behind: [first: 2], at: at(3))
        #expect(age.oldest(at: at(4)) == .seconds(4))
        age.look(ahead: [first: 9], behind: [first: 5], at: at(5))
        #expect(age.oldest(at: at(6)) == .seconds(3))
        age.look(ahead: [first: 9], behind: [first: 9], at: at(7))
        #expect(age.oldest(at: at(8)) == .zero)
    }

    @Test("one partition that stands still is not hidden by those that go on")
    func standsStill() {
        var age = TrailingAge()
        for second in 0..<10 {
            age.look(
                ahead: [first: 1, self.second: Int64(second) + 1],
                behind: [first: 0, self.second: Int64(second)],
                at: at(second)
            )
        }
        #expect(age.oldest(at: at(10)) == .seconds(10))
    }

    @Test("what is known to wait grows older while the store does not answer")
    func storeAway() {
        var age = TrailingAge()
        age.look(ahead: [first: 5], behind: [first: 0], at: at(0))
        age.look(ahead: [:], behind: [first: 0], at: at(60))
        #expect(age.oldest(at: at(60)) == .seconds(60))
    }

    @Test("a long stall is remembered in few places, and its beginning for ever")
    func bounded() {
        var age = TrailingAge()
        for second in 0..<10_000 {
            age.look(ahead: [first: Int64(second) + 1], behind: [first: 0], at: at(second))
        }
        #expect(age.oldest(at: at(10_000)) == .seconds(10_000))
        age.look(ahead: [first: 10_000], behind: [first: 1], at: at(10_000))
        #expect(age.oldest(at: at(10_000)) < .seconds(10_000))
        age.look(ahead: [first: 10_000], behind: [first: 9_999], at: at(10_000))
        #expect(age.oldest(at: at(10_000)) == .seconds(1))
    }
}
