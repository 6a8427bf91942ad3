// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SQLiteStore

@Suite("When the write-ahead log is moved")
struct CheckpointProgressTests {
    private let start = CheckpointProgress.startPages
    private let finish = CheckpointProgress.finishPages

    @Test("a short log is left alone, a longer one moved aside, and the last of it by the writer")
    func order() {
        var progress = CheckpointProgress()
        #expect(progress.advice(length: start - 1) == .nothing)
        #expect(progress.advice(length: start) == .moveAside)
        // One at a time.
        #expect(progress.advice(length: start + 300) == .nothing)
        progress.movedAside(start)
        #expect(progress.advice(length: start + finish) == .finish)
        #expect(progress.advice(length: start + finish + 1) == .nothing)
    }

    @Test("what grew meanwhile beyond the writer's share is moved aside as well")
    func again() {
        var progress = CheckpointProgress()
        #expect(progress.advice(length: start) == .moveAside)
        progress.movedAside(start)
        #expect(progress.advice(length: start + finish + 1) == .moveAside)
        progress.movedAside(start + finish + 1)
        #expect(progress.advice(length: start + finish + 2) == .finish)
    }

    @Test("a writer that is faster than what moves its log ends by moving all of it")
    func writerIsFaster() {
        var progress = CheckpointProgress()
        var length = start
        var finished: Int?
        while finished == nil, length < CheckpointProgress.restartPages {
            switch progress.advice(length: length) {
            case .moveAside: progress.movedAside(length - start)
            case .finish: finished = length
            case .nothing, .restart: Issue.record("at \(length) pages")
            }
            length += finish
        }
        #expect(finished == CheckpointProgress.finishAllPages)
    }

    @Test("a log that readers keep from starting again is tried again, at last with waiting")
    func heldByReaders() {
        var progress = CheckpointProgress()
        var advice: [Checkpointer.Advice] = []
        for length in stride(from: 0, through: CheckpointProgress.restartPages + start, by: 500) {
            let next = progress.advice(length: length)
            if next == .moveAside { progress.movedAside(length) }
            if next != .nothing { advice.append(next) }
        }
        #expect(advice.prefix(4) == [.moveAside, .finish, .moveAside, .finish])
        #expect(advice.contains(.restart))
        #expect(!advice.dropLast(2).contains(.restart))
    }

    @Test("a log that has started again is measured anew, also by a move that ends late")
    func startedAgain() {
        var progress = CheckpointProgress()
        #expect(progress.advice(length: start) == .moveAside)
        #expect(progress.advice(length: 10) == .nothing)
        progress.movedAside(start)
        #expect(progress.advice(length: start + 1) == .moveAside)
    }
}
