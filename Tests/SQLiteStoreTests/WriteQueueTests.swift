// SPDX-License-Identifier: Apache-2.0

import EventStore
import Testing

@testable import SQLiteStore

@Suite("Write queue")
struct WriteQueueTests {
    private let job = WriteJob(perform: { _ in }, refuse: { _ in })

    private func call(_ count: Int = 1) throws -> IntakeCall {
        IntakeCall(drafts: try (0..<count).map { try Sample.draft($0) }, answer: { _ in })
    }

    /// What a queue would do next, in a word.
    private func name(_ next: WriteQueue.Next) -> String {
        switch next {
        case .flush(let calls): "flush \(calls.count)"
        case .job: "job"
        case .gather: "gather"
        case .rest(let nanoseconds): "rest \(nanoseconds)"
        case .nothing: "nothing"
        }
    }

    @Test("only the first of those who add has to start draining")
    func starting() throws {
        var queue = WriteQueue()
        let first = try queue.add(call())
        let second = try queue.add(call())
        let third = try queue.add(job)
        #expect([first, second, third] == [true, false, false])
        var next = queue.next(now: 0)
        #expect(name(next) == "job")
        next = queue.next(now: 0)
        #expect(name(next) == "flush 2")
        next = queue.next(now: 0)
        #expect(name(next) == "nothing")
        let again = try queue.add(call())
        #expect(again)
    }

    /// Has the queue see flushes for many, as when clients queue up.
    private func press(_ queue: inout WriteQueue, at now: UInt64) throws {
        for _ in 0..<16 {
            for _ in 0..<WriteQueue.pressureLeastCalls {
                _ = try queue.add(call())
            }
            _ = queue.next(now: now)
            queue.flushEnded(startedAt: now, at: now)
        }
    }

    @Test("while clients queue up another write rests three times as long as one took")
    func resting() throws {
        var queue = WriteQueue()
        try press(&queue, at: 1_000)
        _ = try queue.add(job)
        var next = queue.next(now: 1_000)
        #expect(name(next) == "job")
        queue.jobEnded(startedAt: 1_000, at: 2_000)
        _ = try queue.add(job)
        _ = try queue.add(call())
        next = queue.next(now: 4_999)
        #expect(name(next) == "flush 1")
        queue.flushEnded(startedAt: 4_999, at: 4_999)
        next = queue.next(now: 4_999)
        #expect(name(next) == "rest 1")
        let mustStart = queue.wake()
        #expect(mustStart)
        next = queue.next(now: 5_000)
        #expect(name(next) == "job")
    }

    @Test("while nobody queues up, intake and other writes take turns")
    func turns() throws {
        var queue = WriteQueue()
        for _ in 0..<2 {
            _ = try queue.add(job)
        }
        _ = try queue.add(call())
        var names: [String] = []
        for instant in 1...4 as ClosedRange<UInt64> {
            let next = queue.next(now: instant)
            names.append(name(next))
            switch next {
            case .job: queue.jobEnded(startedAt: 0, at: instant)
            case .flush: queue.flushEnded(startedAt: instant, at: instant)
            case .gather, .rest, .nothing: break
            }
        }
        #expect(names == ["job", "flush 1", "job", "nothing"])
    }

    @Test("a rest ends when intake has been quiet for a while")
    func quiet() throws {
        var queue = WriteQueue()
        try press(&queue, at: 0)
        queue.jobEnded(startedAt: 0, at: 1_000_000_000)
        _ = try queue.add(job)
        var next = queue.next(now: WriteQueue.busyWindowNanoseconds - 1)
        #expect(name(next) == "rest 1")
        next = queue.next(now: WriteQueue.busyWindowNanoseconds)
        #expect(name(next) == "job")
    }

    @Test("after a flush for many, the next waits for them to come back, no longer than it took")
    func gathering() throws {
        var queue = WriteQueue()
        for _ in 0..<WriteQueue.gatherLeastCalls {
            _ = try queue.add(call())
        }
        var next = queue.next(now: 0)
        #expect(name(next) == "flush 4")
        queue.flushEnded(startedAt: 0, at: 600)
        _ = try queue.add(call())
        next = queue.next(now: 601)
        #expect(name(next) == "gather")
        for _ in 0..<3 {
            _ = try queue.add(call())
        }
        next = queue.next(now: 602)
        #expect(name(next) == "flush 4")
        queue.flushEnded(startedAt: 1_000, at: 1_500)
        _ = try queue.add(call())
        next = queue.next(now: 1_999)
        #expect(name(next) == "gather")
        next = queue.next(now: 2_000)
        #expect(name(next) == "flush 1")
    }

    @Test("a client that posts alone never waits for others")
    func alone() throws {
        var queue = WriteQueue()
        for instant in 0..<3 as Range<UInt64> {
            _ = try queue.add(call())
            let next = queue.next(now: instant)
            #expect(name(next) == "flush 1")
            queue.flushEnded(startedAt: instant, at: instant)
        }
        #expect(!queue.isPressed(now: 3))
    }

    @Test("intake is pressed while most flushes are for many, and soon after it is not")
    func pressed() throws {
        var queue = WriteQueue()
        for _ in 0..<16 {
            for _ in 0..<WriteQueue.pressureLeastCalls {
                _ = try queue.add(call())
            }
            _ = queue.next(now: 0)
            queue.flushEnded(startedAt: 0, at: 0)
            if queue.isPressed(now: 0) { break }
        }
        #expect(queue.isPressed(now: 0))
        #expect(!queue.isPressed(now: WriteQueue.busyWindowNanoseconds))
    }

    @Test("without intake, writes follow one another")
    func withoutIntake() throws {
        var queue = WriteQueue()
        _ = try queue.add(job)
        _ = try queue.add(job)
        var next = queue.next(now: 5)
        #expect(name(next) == "job")
        queue.jobEnded(startedAt: 5, at: 1_000)
        next = queue.next(now: 1_000)
        #expect(name(next) == "job")
    }

    @Test("too many waiting drafts are refused, and taken again after a flush")
    func full() throws {
        var queue = WriteQueue()
        _ = try queue.add(call(WriteQueue.pendingLimitDrafts))
        let error = #expect(throws: StoreError.self) { _ = try queue.add(call()) }
        #expect(error?.reason == .full)
        _ = queue.next(now: 0)
        _ = try queue.add(call())
        #expect(queue.pendingDrafts == 1)
    }

    private func call(bytes: Int) throws -> IntakeCall {
        IntakeCall(drafts: [try Sample.draft(payloadBytes: bytes)], answer: { _ in })
    }

    @Test("too many waiting bytes are refused, but never a call that waits alone")
    func fullOfBytes() throws {
        var queue = WriteQueue()
        let quarter = WriteQueue.pendingLimitBytes / 4
        for _ in 0..<4 {
            _ = try queue.add(call(bytes: quarter))
        }
        let error = #expect(throws: StoreError.self) { _ = try queue.add(call(bytes: 1)) }
        #expect(error?.reason == .full)
        _ = queue.next(now: 0)
        _ = try queue.add(call(bytes: 1))
        while case .flush = queue.next(now: 0) {}
        #expect(queue.pendingBytes == 0)
        _ = try queue.add(call(bytes: WriteQueue.pendingLimitBytes + 1))
        #expect(queue.pendingBytes == WriteQueue.pendingLimitBytes + 1)
    }

    @Test("a flush is bounded in bytes, and takes a larger call whole")
    func flushBoundInBytes() throws {
        var queue = WriteQueue()
        for bytes in [1, WriteQueue.flushLimitBytes - 1, 1, WriteQueue.flushLimitBytes + 1, 1] {
            _ = try queue.add(call(bytes: bytes))
        }
        let names = (0..<5).map { _ in name(queue.next(now: 0)) }
        #expect(names == ["flush 2", "flush 1", "flush 1", "flush 1", "nothing"])
    }

    @Test("a flush has a bound, and takes a larger call whole")
    func flushBound() throws {
        var queue = WriteQueue()
        for _ in 0..<3 {
            _ = try queue.add(call(WriteQueue.flushLimitDrafts / 2))
        }
        var next = queue.next(now: 0)
        #expect(name(next) == "flush 2")
        next = queue.next(now: 0)
        #expect(name(next) == "flush 1")
        _ = try queue.add(call(WriteQueue.flushLimitDrafts + 1))
        next = queue.next(now: 0)
        #expect(name(next) == "flush 1")
    }

    @Test("closing takes nothing more and runs its last job after all that waits")
    func closing() throws {
        var queue = WriteQueue()
        _ = try queue.add(call())
        _ = try queue.close(last: job)
        let error = #expect(throws: StoreError.self) { _ = try queue.add(job) }
        #expect(error?.reason == .closed)
        var next = queue.next(now: 0)
        #expect(name(next) == "flush 1")
        next = queue.next(now: 0)
        #expect(name(next) == "job")
    }

    @Test("failing hands back who waits and refuses the rest")
    func failing() throws {
        var queue = WriteQueue()
        _ = try queue.add(call())
        _ = try queue.add(job)
        let waiting = queue.fail(StoreError(.fatal))
        #expect(waiting.calls.count == 1)
        #expect(waiting.jobs.count == 1)
        #expect(queue.refusal == StoreError(.fatal))
        let again = queue.fail(StoreError(.fatal))
        #expect(again.calls.isEmpty)
    }
}
