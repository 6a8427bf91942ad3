// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import ProjectionKit
import Testing

@Suite("Waiting for one's own write")
struct ProgressBoardTests {
    private let hour = Duration.seconds(3_600)

    private func state(head: Int64, cursor: Int64? = nil, drained: Int64) -> PartitionState {
        PartitionState(
            head: LogPosition(head),
            cursor: IngestPosition(cursor ?? drained),
            drained: IngestPosition(drained),
            epoch: 1
        )
    }

    private func token(_ place: Int64, in number: Int = 0) -> ReadToken {
        ReadToken(places: [partition(number): IngestPosition(place)])
    }

    /// A caller with an hour's patience.
    private func waiting(
        on board: ProgressBoard,
        for token: ReadToken,
        models: [String]
    ) -> Task<Void, any Error> {
        Task { try await board.wait(for: token, models: models, timeout: .seconds(3_600)) }
    }

    /// Lets tasks run until so many wait.
    private func waiters(_ count: Int, on board: ProgressBoard) async {
        while board.waiterCount != count { await Task.yield() }
    }

    @Test("what is there already needs no waiting")
    func alreadyThere() async throws {
        let board = ProgressBoard(clock: ImpatientClock())
        board.publish(state(head: 9, drained: 5), of: partition(0))
        board.publish(checkpoints: [partition(0): LogPosition(9)], of: "feed")
        try await board.wait(for: token(5), models: ["feed"], timeout: hour)
        try await board.wait(for: ReadToken(), models: ["feed", "ledger"], timeout: hour)
        try await board.wait(for: ReadToken(catalogVersion: 3), models: ["feed"], timeout: hour)
        #expect(board.waiterCount == 0)
    }

    @Test("first the partition has to be drained, then each projection has to reach its head")
    func inOrder() async throws {
        let board = ProgressBoard()
        let done = waiting(on: board, for: token(5), models: ["feed", "ledger"])
        await waiters(1, on: board)
        board.publish(checkpoints: [partition(0): LogPosition(9)], of: "feed")
        board.publish(state(head: 12, drained: 5), of: partition(0))
        #expect(board.waiterCount == 1)
        board.publish(checkpoints: [partition(0): LogPosition(12)], of: "feed")
        #expect(board.waiterCount == 1)
        // The head at that moment counts, not what comes later.
        board.publish(state(head: 40, drained: 20), of: partition(0))
        board.publish(checkpoints: [partition(0): LogPosition(12)], of: "ledger")
        try await done.value
        #expect(board.waiterCount == 0)
    }

    @Test("what makes nothing due is seen once decided, whatever others have due")
    func decidedIsEnough() async throws {
        let board = ProgressBoard()
        board.publish(checkpoints: [partition(0): LogPosition(9)], of: "feed")
        let live = Task {
            try await board.wait(for: token(5), reach: .decided, models: ["feed"], timeout: hour)
        }
        let sandbox = waiting(on: board, for: token(5), models: ["feed"])
        await waiters(2, on: board)
        board.publish(state(head: 9, cursor: 5, drained: 2), of: partition(0))
        try await live.value
        #expect(board.waiterCount == 1)
        try await board.wait(for: token(5), reach: .decided, models: ["feed"], timeout: hour)
        board.publish(state(head: 9, cursor: 7, drained: 5), of: partition(0))
        try await sandbox.value
    }

    @Test("nobody waits for a partition that has stopped, unless it got so far")
    func stoppedPartition() async throws {
        let board = ProgressBoard()
        board.publish(state(head: 4, drained: 3), of: partition(0))
        board.publish(checkpoints: [partition(0): LogPosition(4)], of: "feed")
        let early = waiting(on: board, for: token(5), models: ["feed"])
        let other = waiting(on: board, for: token(5, in: 2), models: ["feed"])
        await waiters(2, on: board)
        board.publishStop(of: partition(0))
        await #expect(throws: ReadBehind.partitionStopped(partition(0))) { try await early.value }
        await #expect(throws: ReadBehind.partitionStopped(partition(0))) {
            try await board.wait(for: token(4), models: ["feed"], timeout: hour)
        }
        try await board.wait(for: token(3), models: ["feed"], timeout: hour)
        board.publish(state(head: 0, drained: 5), of: partition(2))
        try await other.value
    }

    @Test("a token over several partitions waits for all of them")
    func allPartitions() async throws {
        let board = ProgressBoard()
        var token = token(5)
        token.merge(self.token(3, in: 2))
        board.publish(checkpoints: [partition(0): LogPosition(7)], of: "feed")
        let done = waiting(on: board, for: token, models: ["feed"])
        await waiters(1, on: board)
        board.publish([partition(0): state(head: 7, drained: 8)])
        #expect(board.waiterCount == 1)
        board.publish([partition(2): state(head: 0, drained: 3)])
        try await done.value
    }

    @Test("patience ends, and nothing is left behind")
    func timesOut() async {
        let board = ProgressBoard(clock: ImpatientClock())
        await #expect(throws: ReadBehind.timedOut) {
            try await board.wait(for: token(5), models: ["feed"], timeout: hour)
        }
        #expect(board.waiterCount == 0)
        board.publish(state(head: 1, drained: 9), of: partition(0))
    }

    @Test("a cancelled caller is let go at once")
    func cancels() async {
        let board = ProgressBoard()
        let task = waiting(on: board, for: token(5), models: ["feed"])
        await waiters(1, on: board)
        task.cancel()
        await #expect(throws: ReadBehind.cancelled) { try await task.value }
        #expect(board.waiterCount == 0)
    }

    @Test("more callers than the limit are turned away")
    func bounded() async throws {
        let board = ProgressBoard(waitersLimit: 1)
        let done = waiting(on: board, for: token(1), models: [])
        await waiters(1, on: board)
        await #expect(throws: ReadBehind.tooManyWaiters) {
            try await board.wait(for: token(1), models: [], timeout: hour)
        }
        board.publish(state(head: 0, drained: 1), of: partition(0))
        try await done.value
        #expect(board.waiterCount == 0)
    }

    @Test("nobody waits for a projection that has stopped")
    func stops() async {
        let board = ProgressBoard()
        let task = waiting(on: board, for: token(1), models: ["feed", "ledger"])
        await waiters(1, on: board)
        board.publishStop(of: "ledger")
        await #expect(throws: ReadBehind.projectionStopped("ledger")) { try await task.value }
        await #expect(throws: ReadBehind.projectionStopped("ledger")) {
            try await board.wait(for: ReadToken(), models: ["ledger"], timeout: hour)
        }
    }

    @Test("neither head nor drained ever goes back")
    func neverBack() {
        let board = ProgressBoard()
        board.publish(state(head: 9, drained: 5), of: partition(0))
        board.publish(state(head: 4, drained: 6), of: partition(0))
        #expect(board.partitions[partition(0)]?.head == LogPosition(9))
        #expect(board.partitions[partition(0)]?.drained == IngestPosition(6))
    }

    @Test("news wake a follower once for everything it has not looked at")
    func wakes() async {
        let board = ProgressBoard()
        var wakes = board.wakes().makeAsyncIterator()
        board.publish(state(head: 1, drained: 0), of: partition(0))
        board.publish(state(head: 2, drained: 0), of: partition(0))
        #expect(await wakes.next() != nil)
        board.publish(state(head: 3, drained: 0), of: partition(0))
        #expect(await wakes.next() != nil)
    }

    @Test("a thousand callers and their writes meet")
    func many() async throws {
        let board = ProgressBoard()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for place in 1...1_000 {
                group.addTask {
                    try await board.wait(
                        for: token(Int64(place), in: place % 7),
                        models: ["feed"],
                        timeout: .seconds(3_600)
                    )
                }
            }
            group.addTask {
                for place in 1...1_000 {
                    board.publish(
                        state(head: Int64(place), drained: Int64(place)),
                        of: partition(place % 7)
                    )
                    board.publish(
                        checkpoints: [partition(place % 7): LogPosition(Int64(place))],
                        of: "feed"
                    )
                }
            }
            try await group.waitForAll()
        }
        #expect(board.waiterCount == 0)
    }
}
