// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeRuntime
import Synchronization
import Testing

@Suite("The machine's clock")
struct SystemWallClockTests {
    /// The machine's two clocks, moved by hand, in seconds.
    private final class Machine: Sendable {
        private let times = Mutex<(wall: Int64, steady: Int64)>((1_000_000, 500))

        func pass(_ seconds: Int64) {
            times.withLock { $0 = ($0.wall + seconds, $0.steady + seconds) }
        }

        func jump(by seconds: Int64) { times.withLock { $0.wall += seconds } }

        @Sendable func read() -> (wall: Int64, steady: Int64) {
            times.withLock { ($0.wall * 1_000_000, $0.steady * 1_000_000) }
        }
    }

    private let machine = Machine()

    @Test(
        "a jump of more than a minute either way puts it in doubt, until it agrees again",
        arguments: [
            3_600, -3_600, 61, -61,
        ]
    )
    func jumps(seconds: Int64) {
        let clock = SystemWallClock(readings: machine.read)
        machine.pass(10_000)
        #expect(clock.doubt == nil)
        machine.jump(by: seconds)
        #expect(clock.read().trusted == nil)
        machine.pass(600)
        #expect(clock.doubt != nil, "time alone does not mend it")
        machine.jump(by: -seconds)
        #expect(clock.doubt == nil)
    }

    @Test("an operator accepts a jump, and then the clock is watched from there")
    func accepted() {
        let clock = SystemWallClock(readings: machine.read)
        machine.jump(by: 3_600)
        #expect(clock.doubt != nil)
        clock.accept()
        #expect(clock.doubt == nil)
        machine.jump(by: -3_600)
        #expect(clock.doubt != nil)
    }

    @Test("small corrections are followed, however many")
    func slews() {
        let clock = SystemWallClock(readings: machine.read)
        for _ in 0..<100 {
            machine.jump(by: 50)
            #expect(clock.doubt == nil)
        }
    }

    @Test("a clock behind what the store has seen is in doubt until it has caught up")
    func behind() throws {
        let seen = try #require(Timestamp(microseconds: 1_000_300 * 1_000_000))
        let clock = SystemWallClock(seen: seen, readings: machine.read)
        #expect(clock.doubt != nil)
        machine.pass(300)
        #expect(clock.doubt == nil)
    }

    @Test("a clock that starts behind and is corrected later is believed then")
    func corrected() throws {
        let seen = try #require(Timestamp(microseconds: 1_003_600 * 1_000_000))
        let clock = SystemWallClock(seen: seen, readings: machine.read)
        #expect(clock.doubt != nil)
        machine.jump(by: 3_600)
        #expect(clock.doubt == nil)
        machine.jump(by: 3_600)
        #expect(clock.doubt != nil, "it is watched from there")
    }

    @Test("where nodes share a store, it is in doubt before it has been compared")
    func uncompared() {
        let clock = SystemWallClock(isCompared: true, readings: machine.read)
        #expect(clock.doubt != nil)
        clock.compare(ahead: -59_000_000)
        #expect(clock.doubt == nil)
    }

    @Test("more than a minute from the store's clock is doubt; the jump that corrects it is none")
    func compared() {
        let clock = SystemWallClock(isCompared: true, readings: machine.read)
        clock.compare(ahead: 300_000_000)
        #expect(clock.doubt != nil)
        machine.jump(by: -300)
        #expect(clock.doubt != nil, "nothing is known of the correction yet")
        clock.compare(ahead: 1_000)
        #expect(clock.doubt == nil)
    }

    @Test("a jump that both clocks made is a jump all the same")
    func bothJumped() {
        let clock = SystemWallClock(isCompared: true, readings: machine.read)
        clock.compare(ahead: 0)
        machine.jump(by: 3_600)
        clock.compare(ahead: 0)
        #expect(clock.doubt != nil)
    }
}
