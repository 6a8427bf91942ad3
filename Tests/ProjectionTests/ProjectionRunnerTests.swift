// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import InMemoryTracing
import Logging
import ProjectionKit
import SQLiteStore
import ServiceLifecycle
import Synchronization
import Testing
import Tracing

@Suite("Running projections")
struct ProjectionRunnerTests {
    private let journal = Journal.mixed(outcomes: 30)
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func runner(
        _ model: any ReadModel,
        _ fixture: StoreFixture,
        _ board: ProgressBoard,
        tail: EventTail<LoggedFact>? = nil,
        batch: Int = 7,
        tick: Duration = .seconds(3_600)
    ) -> ProjectionRunner {
        ProjectionRunner(
            model: model,
            source: FactSource(log: fixture.store, tail: tail),
            board: board,
            partitions: fixture.store.partitioning.outcomePartitions,
            settings: ProjectionSettings(batchLimitFacts: batch, tick: tick),
            clock: ImpatientClock(),
            logger: logger
        )
    }

    /// Runs services until `body` is through, then shuts them down gracefully.
    private func running(
        _ services: [any Service],
        _ body: () async throws -> Void
    ) async throws {
        let group = ServiceGroup(services: services, gracefulShutdownSignals: [], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// Waits until a projection has got to the heads of the store.
    private func caughtUp(
        _ name: String,
        _ fixture: StoreFixture,
        _ board: ProgressBoard
    ) async throws {
        let partitions = fixture.store.partitioning.outcomePartitions
        board.publish(try await fixture.store.state(of: partitions))
        try await board.wait(
            for: ReadToken(
                places: Dictionary(uniqueKeysWithValues: partitions.map { ($0, .start) })
            ),
            models: [name],
            timeout: .seconds(3_600)
        )
    }

    @Test("every fact arrives once and in the order of its partition, in batches of the limit")
    func follows() async throws {
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let board = ProgressBoard()
        let model = StandInModel<First>()
        let runner = runner(model, fixture, board)
        try await running([runner]) {
            try await caughtUp("first", fixture, board)
            #expect(runner.health.phase == .following)
        }
        #expect(runner.health.phase == .finished)
        #expect(runner.health.lagEvents == 0)
        let contents = model.contents.withLock { $0 }
        #expect(contents.batches.allSatisfy { $0 <= 7 })
        for number in 0..<4 {
            #expect(
                contents.applied.filter { $0.partition == partition(number) }
                    == journal.facts.filter { $0.partition == partition(number) }
            )
        }
    }

    @Test("a batch takes facts of several partitions")
    func mixesPartitions() async throws {
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let board = ProgressBoard()
        let model = StandInModel<First>()
        try await running([runner(model, fixture, board, batch: 2_000)]) {
            try await caughtUp("first", fixture, board)
        }
        #expect(model.contents.withLock { $0.batches } == [journal.facts.count])
    }

    @Test("facts come from the tail when it reaches back far enough, else from the store")
    func readsTail() async throws {
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let board = ProgressBoard()
        let tail = EventTail<LoggedFact>(limitPerPartition: 3)
        for fact in journal.facts {
            tail.publish([fact], in: fact.partition, through: fact.position.value)
        }
        let model = StandInModel<First>()
        try await running([runner(model, fixture, board, tail: tail, batch: 4)]) {
            try await caughtUp("first", fixture, board)
        }
        #expect(Set(model.contents.withLock { $0.applied }) == Set(journal.facts))
    }

    @Test("what came into the log without being kept is read there, though nothing comes after it")
    func readsBehindTail() async throws {
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let board = ProgressBoard()
        let tail = EventTail<LoggedFact>(limitPerPartition: 1_000)
        let half = journal.facts.count / 2
        for fact in journal.facts[..<half] {
            tail.publish([fact], in: fact.partition, through: fact.position.value)
        }
        // As after a turn whose answer was lost: only the head is known.
        for (partition, head) in journal.facts.checkpoints {
            tail.publish([], in: partition, through: head.value)
        }
        let model = StandInModel<First>()
        try await running([runner(model, fixture, board, tail: tail)]) {
            try await caughtUp("first", fixture, board)
        }
        #expect(Set(model.contents.withLock { $0.applied }) == Set(journal.facts))
    }

    /// Runs a projection that has caught up with the first half when the second half is appended.
    ///
    /// `wait`: Until it has that, too.
    private func appendingLater(
        tick: Duration = .seconds(3_600),
        _ wait: (StoreFixture, ProgressBoard, StandInModel<First>) async throws -> Void
    ) async throws {
        let half = journal.facts.count / 2
        let fixture = try StoreFixture()
        defer { fixture.remove() }
        try await fixture.append(Array(journal.stored[..<half]))
        let board = ProgressBoard()
        let model = StandInModel<First>()
        try await running([runner(model, fixture, board, tick: tick)]) {
            try await caughtUp("first", fixture, board)
            try await fixture.append(Array(journal.stored[half...]))
            try await wait(fixture, board, model)
        }
        #expect(model.contents.withLock { $0.applied.count } == journal.facts.count)
    }

    @Test("what is published later is applied as well")
    func wakesUp() async throws {
        try await appendingLater { fixture, board, _ in
            try await caughtUp("first", fixture, board)
        }
    }

    @Test("what nobody has told is found by its tick")
    func ticks() async throws {
        try await appendingLater(tick: .milliseconds(10)) { _, _, model in
            while model.contents.withLock({ $0.applied.count }) < journal.facts.count {
                await Task.yield()
            }
        }
    }

    @Test("a poison fact stops its projection for good, and only that")
    func poison() async throws {
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let board = ProgressBoard()
        let bad = journal.facts[journal.facts.count / 2]
        let stopping = runner(
            StandInModel<First>(poison: { $0.hash == bad.hash }),
            fixture,
            board
        )
        let model = StandInModel<Second>()
        let going = runner(model, fixture, board)
        try await running([stopping, going]) {
            try await caughtUp("second", fixture, board)
            await #expect(throws: ReadBehind.projectionStopped("first")) {
                try await caughtUp("first", fixture, board)
            }
        }
        #expect(model.contents.withLock { $0.applied.count } == journal.facts.count)
        let failure = stopping.health.failure
        #expect(failure?.partition == bad.partition)
        #expect(failure?.position == bad.position)
        #expect(failure?.reason == "poison")
        #expect(!stopping.health.isHealthy)
        #expect(board.checkpoints(of: "first")[bad.partition] ?? .start < bad.position)
    }

    @Test("once the cause is mended it is resumed, and goes on where it had stopped")
    func resumes() async throws {
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let board = ProgressBoard()
        let bad = journal.facts[journal.facts.count / 2]
        let isMended = Mutex(false)
        let model = StandInModel<First>(poison: { fact in
            fact.hash == bad.hash && !isMended.withLock { $0 }
        })
        let runner = runner(model, fixture, board)
        try await running([runner]) {
            #expect(!runner.resume())
            for isRepaired in [false, true] {
                await #expect(throws: ReadBehind.projectionStopped("first")) {
                    try await caughtUp("first", fixture, board)
                }
                while runner.health.failure == nil { await Task.yield() }
                isMended.withLock { $0 = isRepaired }
                #expect(runner.resume())
                #expect(runner.health.phase == .starting)
                while runner.health.phase == .starting { await Task.yield() }
            }
            #expect(runner.health.phase == .following)
            try await caughtUp("first", fixture, board)
        }
        #expect(model.contents.withLock { $0.applied.count } == journal.facts.count)
    }

    @Test("faults of the store are tried again")
    func retries() async throws {
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let board = ProgressBoard()
        let fault = StoreError(.unavailable)
        let model = StandInModel<First>(faults: [fault, fault, fault])
        try await running([runner(model, fixture, board)]) {
            try await caughtUp("first", fixture, board)
        }
        #expect(model.contents.withLock { $0.applied.count } == journal.facts.count)
    }

    @Test("on shutdown what is committed is still applied, though nobody told the board")
    func drains() async throws {
        let fixture = try StoreFixture()
        defer { fixture.remove() }
        let board = ProgressBoard()
        let model = StandInModel<First>()
        try await running([runner(model, fixture, board)]) {
            try await caughtUp("first", fixture, board)
            try await fixture.append(journal.stored)
        }
        #expect(model.contents.withLock { $0.applied.count } == journal.facts.count)
    }

    @Test("a projection goes on from its checkpoints when the process starts again")
    func goesOn() async throws {
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let model = StandInModel<First>()
        for _ in 0..<2 {
            let board = ProgressBoard()
            try await running([runner(model, fixture, board)]) {
                try await caughtUp("first", fixture, board)
            }
        }
        #expect(model.contents.withLock { $0.applied.count } == journal.facts.count)
    }

    @Test("a batch is a span, linked to the traces of its facts")
    func traces() async throws {
        var journal = Journal()
        journal.trace = "00-11111111111111111111111111111111-2222222222222222-01"
        journal.signal("outcome-1", at: 1)
        journal.signal("outcome-1", at: 2)
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let board = ProgressBoard()
        let tracer = InMemoryTracer()
        try await withTracer(tracer) {
            try await running([runner(StandInModel<First>(), fixture, board)]) {
                try await caughtUp("first", fixture, board)
            }
        }
        let span = try #require(tracer.finishedSpans.first)
        #expect(span.operationName == "projection.apply")
        #expect(span.links.count == 1)
    }
}
