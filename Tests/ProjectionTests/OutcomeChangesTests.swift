// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import Logging
import ProjectionKit
import ServiceLifecycle
import Testing

@Suite("Telling of changes")
struct OutcomeChangesTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A store with a journal's events, and what follows it up to where the test says the rows are.
    private struct Site {
        let journal: Journal
        let fixture: StoreFixture
        let board: ProgressBoard
        let changes: OutcomeChanges

        /// The rows show the first facts of the journal.
        func show(_ count: Int) {
            board.publish(
                checkpoints: Array(journal.facts.prefix(count)).checkpoints,
                of: "feed"
            )
        }

        func listen(
            _ owner: AccountID = account(),
            since cursor: ChangeCursor? = nil
        ) throws -> ChangeListener {
            try changes.listen(to: owner, isSandbox: false, since: cursor)
        }

        /// Where a listener is who has been told of the first facts.
        func cursor(_ count: Int) -> ChangeCursor {
            var places: [Partition: LogPosition] = [:]
            for partition in journal.partitioning.outcomePartitions {
                places[partition] = .start
            }
            for fact in journal.facts.prefix(count) {
                places[fact.partition] = fact.position
            }
            return ChangeCursor(places: places)
        }
    }

    private func run(
        _ journal: Journal,
        limits: ChangeLimits = ChangeLimits(),
        _ body: (Site) async throws -> Void
    ) async throws {
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let board = ProgressBoard()
        let changes = OutcomeChanges(
            source: FactSource(log: fixture.store, tail: nil),
            board: board,
            partitioning: journal.partitioning,
            projection: "feed",
            limits: limits,
            logger: logger
        )
        let site = Site(journal: journal, fixture: fixture, board: board, changes: changes)
        let group = ServiceGroup(services: [changes], gracefulShutdownSignals: [], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            site.show(0)
            // Nobody can listen before it runs.
            while (try? site.listen())?.leave() == nil { await Task.yield() }
            do {
                try await body(site)
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// Waits until so many keys have been told, or it is said that there are too many.
    private func told(_ count: Int, _ listener: ChangeListener) async -> [Text]? {
        var told: [Text] = []
        for await _ in listener.wakes {
            guard let keys = listener.take().keys else { return nil }
            told += keys
            if told.count >= count { break }
        }
        return told
    }

    /// One fact each of several outcomes, over two accounts, and one more of the first.
    private var journal: Journal { journal() }

    private func journal(partitions: Int = 4) -> Journal {
        var journal = Journal(partitions: partitions)
        for (number, key) in ["outcome-a", "outcome-b", "outcome-c"].enumerated() {
            journal.signal(Text(key), at: number)
            journal.signal(Text(key), at: number, account: account("acct_beta"))
        }
        journal.signal("outcome-a", at: 9)
        return journal
    }

    @Test("what changes is told up to where the rows are, once, and only of the account")
    func tells() async throws {
        try await run(journal) { site in
            let listener = try site.listen()
            let last = site.journal.facts.count
            site.show(last - 1)
            #expect(
                Set(try #require(await told(3, listener)))
                    == ["outcome-a", "outcome-b", "outcome-c"]
            )
            #expect(listener.take().keys == [])
            site.show(last)
            #expect(await told(1, listener) == ["outcome-a"])
            #expect(listener.take().place == site.cursor(last))
            listener.leave()
            #expect(site.changes.listenerCount == 0)
        }
    }

    @Test("several changes of an outcome are one, told where the last one was")
    func coalesces() async throws {
        var journal = Journal(partitions: 1)
        for second in 0..<3 {
            journal.signal("outcome-a", at: second)
            journal.signal("outcome-b", at: second)
        }
        journal.signal("outcome-a", at: 5)
        let facts = journal.facts.count
        try await run(journal) { site in
            let listener = try site.listen()
            site.show(facts)
            #expect(await told(2, listener) == ["outcome-b", "outcome-a"])
        }
    }

    @Test("who does not take what waits is told to read everything again, and then goes on")
    func overruns() async throws {
        var limits = ChangeLimits()
        limits.waitingKeys = 2
        // In one partition, so that all of them come at once.
        try await run(journal(partitions: 1), limits: limits) { site in
            let listener = try site.listen()
            let last = site.journal.facts.count
            site.show(last - 1)
            #expect(await told(3, listener) == nil)
            site.show(last)
            #expect(await told(1, listener) == ["outcome-a"])
        }
    }

    @Test("a sign of life that is due is told with what waits, once")
    func beats() async throws {
        var limits = ChangeLimits()
        limits.beatSeconds = 86_400
        try await run(journal(partitions: 1), limits: limits) { site in
            let listener = try site.listen()
            #expect(listener.take().isBeat == false)
            site.show(site.journal.facts.count)
            for await _ in listener.wakes.prefix(1) {}
            site.changes.beat()
            let news = listener.take()
            #expect(news.isBeat)
            #expect(news.keys?.count == 3)
            #expect(listener.take().isBeat == false)
        }
    }

    @Test("so much at once that it would not be told again is passed over, and everybody told so")
    func jumps() async throws {
        var limits = ChangeLimits()
        limits.replayFacts = 1
        var journal = Journal(partitions: 1)
        journal.signal("outcome-a", at: 1)
        journal.signal("outcome-b", at: 1, account: account("acct_beta"))
        let facts = journal.facts.count
        try await run(journal, limits: limits) { site in
            let listener = try site.listen()
            site.show(facts)
            #expect(await told(1, listener) == nil)
            #expect(listener.take().place == site.cursor(facts))
        }
    }

    @Test("who comes back is told what has changed since, and only that")
    func resumes() async throws {
        try await run(journal) { site in
            let last = site.journal.facts.count
            site.show(last)
            for count in 0...last {
                let expected = site.journal.facts[count...]
                    .filter { $0.stream.account == account() }
                    .map(\.stream.key)
                let cursor = site.cursor(count)
                let listener = try site.listen(since: cursor)
                let keys = try #require(try await site.changes.replay(since: cursor, for: listener))
                #expect(Set(keys) == Set(expected))
                #expect(keys.count == Set(expected).count)
                listener.leave()
            }
        }
    }

    @Test("a place too far back, or one that the log does not have, is not resumed from")
    func doesNotResume() async throws {
        var limits = ChangeLimits()
        limits.replayFacts = Int64(journal.facts.count) - 1
        try await run(journal, limits: limits) { site in
            let last = site.journal.facts.count
            site.show(last)
            let full = site.cursor(last).places
            let ahead = ChangeCursor(places: full.mapValues { LogPosition($0.value + 1) })
            for cursor in [site.cursor(0), ChangeCursor(places: [:]), ahead] {
                let listener = try site.listen(since: cursor)
                #expect(try await site.changes.replay(since: cursor, for: listener) == nil)
                listener.leave()
            }
        }
    }

    @Test("what a node that was further has told is not told again by one that is behind")
    func floor() async throws {
        try await run(journal) { site in
            let last = site.journal.facts.count
            let cursor = site.cursor(last - 1)
            let listener = try site.listen(since: cursor)
            #expect(try await site.changes.replay(since: cursor, for: listener) == [])
            #expect(listener.take().place == cursor)
            site.show(last)
            #expect(await told(1, listener) == ["outcome-a"])
            #expect(listener.take().place == site.cursor(last))
        }
    }

    @Test("as many listen as may, of one account and in all")
    func limits() async throws {
        var limits = ChangeLimits()
        limits.listeners = 2
        limits.accountListeners = 1
        try await run(journal, limits: limits) { site in
            let first = try site.listen()
            #expect(throws: ChangesRefusal.full) { try site.listen() }
            _ = try site.listen(account("acct_beta"))
            #expect(throws: ChangesRefusal.full) { try site.listen(account("acct_gamma")) }
            first.leave()
            _ = try site.listen(account("acct_gamma"))
        }
    }

    @Test("nobody listens before the rows are known to be anywhere, and all are told of the end")
    func ends() async throws {
        let changes = OutcomeChanges(
            source: FactSource(log: try await StoreFixture.holding(journal).store, tail: nil),
            board: ProgressBoard(),
            partitioning: journal.partitioning,
            projection: "feed",
            logger: logger
        )
        #expect(throws: ChangesRefusal.notReady) {
            try changes.listen(to: account(), isSandbox: false)
        }
        var left: ChangeListener?
        try await run(journal) { site in left = try site.listen() }
        for await _ in try #require(left).wakes {}
    }

    @Test("a place is a text and back, and nothing else is one")
    func text() throws {
        let places: [[Int: Int64]] = [
            [:], [0: 0], [0: 1, 1: 2, 2: 1, 9: 4, 10: 2], [3: 9_000_000_000],
            [0: 1_000, 1: 1_200, 4_095: 300], [7: .max],
        ]
        for places in places {
            var cursor = ChangeCursor(places: [:])
            for (number, place) in places {
                cursor = cursor.furthest(
                    ChangeCursor(places: [Partition(number): LogPosition(place)])
                )
            }
            #expect(ChangeCursor(cursor.text) == cursor)
        }
        for text in ["", "A", "AQ", "AgAAAA", "AQD/", "AQAAgAA", "AQAAAQ", "AQEAAQE", "AQAAAA"] {
            #expect(ChangeCursor(text) == nil, "\(text)")
        }
        var even: [Partition: LogPosition] = [:]
        for number in 0..<4_096 {
            even[Partition(number)] = LogPosition(1_000_000 + Int64(number) * 3)
        }
        #expect(ChangeCursor(places: even).text.utf8.count < 12_000)
    }
}
