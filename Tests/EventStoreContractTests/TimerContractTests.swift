// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@Suite("Timers")
struct TimerContractTests {
    private let partition = Partition(6)

    private var live: PartitionClock { PartitionClock(partition: partition, clock: .live) }

    private func query(_ seconds: Int64, _ clock: PartitionClock) -> TimerQuery {
        TimerQuery(clock: clock, through: Samples.time(seconds))
    }

    /// Opens streams and arms their timers.
    private func arm(
        _ timers: [(key: String, clock: TimerClock, due: Int64)],
        in store: any EventStorePorts
    ) async throws {
        let state = try await store.state(of: partition)
        var events: [StoredEvent] = []
        var changes: [TimerChange] = []
        for (index, timer) in timers.enumerated() {
            let stream = try Samples.stream(timer.key)
            events.append(
                Samples.event(
                    stream,
                    version: 1,
                    in: partition,
                    at: state.head.value + Int64(index) + 1
                )
            )
            changes.append(
                TimerChange(
                    stream: stream,
                    clock: timer.clock,
                    from: nil,
                    to: Samples.time(timer.due)
                )
            )
        }
        let turn = Samples.turn(partition, state, events: events, timers: changes)
        try await store.append([turn])
    }

    private func change(
        _ changes: [TimerChange],
        in store: any EventStorePorts
    ) async throws {
        let state = try await store.state(of: partition)
        try await store.append([Samples.turn(partition, state, timers: changes)])
    }

    @Test(
        "due timers come earliest first, up to the instant and the limit",
        arguments: StoreUnderTest.all
    )
    func dueInOrder(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            try await arm([("c", .live, 30), ("a", .live, 10), ("b", .live, 20)], in: store)
            let due = try await store.dueTimers([query(20, live)], limit: 9)
            #expect(due.map(\.stream.key) == ["a", "b"])
            #expect(due.map(\.due) == [10, 20].map(Samples.time))
            #expect(due.allSatisfy { $0.clock == live })
            let one = try await store.dueTimers([query(99, live)], limit: 1)
            #expect(one.map(\.stream.key) == ["a"])
            #expect(try await store.dueTimers([query(9, live)], limit: 9).isEmpty)
        }
    }

    @Test("each clock has its own timers", arguments: StoreUnderTest.all)
    func clocksApart(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let account = try Samples.account("sandbox")
            let sandbox = PartitionClock(partition: partition, clock: .sandbox(account))
            let elsewhere = PartitionClock(partition: Partition(0), clock: .live)
            try await arm(
                [("live", .live, 50), ("test", .sandbox(account), 10)],
                in: store
            )
            let next = try await store.nextTimers([live, sandbox, elsewhere])
            #expect(next == [live: Samples.time(50), sandbox: Samples.time(10)])
            let due = try await store.dueTimers(
                [query(99, sandbox), query(49, live), query(99, elsewhere)],
                limit: 9
            )
            #expect(due.map(\.stream.key) == ["test"])
            let both = try await store.dueTimers(
                [query(99, sandbox), query(50, live)],
                limit: 9
            )
            #expect(Set(both.map(\.stream.key)) == ["test", "live"])
        }
    }

    @Test("a timer moves, goes, and survives a restart", arguments: StoreUnderTest.all)
    func moved(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            try await arm([("a", .live, 10), ("b", .live, 20)], in: store)
            let first = try Samples.stream("a")
            let second = try Samples.stream("b")
            try await change(
                [
                    TimerChange(
                        stream: first,
                        clock: .live,
                        from: Samples.time(10),
                        to: Samples.time(70)
                    ),
                    TimerChange(
                        stream: second,
                        clock: .live,
                        from: Samples.time(20),
                        to: nil
                    ),
                ],
                in: store
            )
        } reopened: { store, _ in
            let due = try await store.dueTimers([query(999, live)], limit: 9)
            #expect(due.map(\.stream.key) == ["a"])
            #expect(try await store.nextTimers([live]) == [live: Samples.time(70)])
        }
    }

    @Test("a timer of a refused turn is not armed", arguments: StoreUnderTest.all)
    func refusedTurn(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            try await arm([("a", .live, 10)], in: store)
            let stale = PartitionState(
                head: .start,
                cursor: .start,
                drained: .start,
                epoch: 0
            )
            let change = TimerChange(
                stream: try Samples.stream("a"),
                clock: .live,
                from: Samples.time(10),
                to: nil
            )
            let turn = Samples.turn(partition, stale, timers: [change])
            #expect(await store.failure([turn]) == .conflict)
            #expect(try await store.nextTimers([live]) == [live: Samples.time(10)])
        }
    }

    @Test(
        "several changes of one outcome in a turn hold in their order",
        arguments: StoreUnderTest.all
    )
    func severalChanges(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            try await arm([("a", .live, 10)], in: store)
            let stream = try Samples.stream("a")
            let moves: [(Int64?, Int64?)] = [(nil, 20), (10, 70), (20, nil), (70, 80), (nil, 5)]
            try await change(
                moves.map { from, to in
                    TimerChange(
                        stream: stream,
                        clock: .live,
                        from: from.map(Samples.time),
                        to: to.map(Samples.time)
                    )
                },
                in: store
            )
            let due = try await store.dueTimers([query(999, live)], limit: 9)
            #expect(due.map(\.due) == [5, 80].map(Samples.time))
        }
    }
}
