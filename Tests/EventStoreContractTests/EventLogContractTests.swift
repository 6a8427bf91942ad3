// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@Suite("Event log")
struct EventLogContractTests {
    private let partition = Partition(2)

    @Test("events read back byte for byte, also after a restart", arguments: StoreUnderTest.all)
    func roundTrip(store: StoreUnderTest) async throws {
        let one = try Samples.stream("conversation-1")
        let two = try Samples.stream("conversation-2")
        let id = Samples.eventID(of: one, in: partition)
        let first = Samples.event(one, version: 1, in: partition, at: 1, eventID: id)
        let second = Samples.event(two, version: 1, in: partition, at: 2)
        let third = Samples.event(
            one,
            version: 2,
            in: partition,
            at: 3,
            eventID: id,
            previous: first.hash
        )
        try await store.withStore { store, _ in
            let state = try await store.state(of: partition)
            try await store.append([Samples.turn(partition, state, events: [first, second])])
            let next = try await store.state(of: partition)
            #expect(next.head == LogPosition(2))
            try await store.append([Samples.turn(partition, next, events: [third])])
        } reopened: { store, _ in
            let absent = try Samples.stream("conversation-3")
            let streams = try await store.streams([partition: [one, two, absent]])
            #expect(streams == [one: [first, third], two: [second]])
            let elsewhere = try await store.streams([Partition(1): [one]])
            #expect(elsewhere.isEmpty || elsewhere[one] == [first, third])

            let page = try await store.events(in: partition, after: .start, limit: 2)
            #expect(page == [first, second])
            let rest = try await store.events(in: partition, after: LogPosition(2), limit: 9)
            #expect(rest == [third])
            #expect(try await store.events(in: Partition(1), after: .start, limit: 9).isEmpty)
            let spans = [
                LogSpan(in: partition, after: LogPosition(1), limit: 1),
                LogSpan(in: Partition(1), after: .start, limit: 9),
            ]
            #expect(try await store.events(of: spans) == [partition: [second]])
            #expect(try await store.events(of: []).isEmpty)

            let history = try await store.events(in: partition, of: one, after: 1, limit: 9)
            #expect(history == [third])
            let start = try await store.events(in: partition, of: one, after: 0, limit: 1)
            #expect(start == [first])
            let stored = first.byteCount
            for (limitBytes, expected) in [
                (1, [first]), (stored, [first]), (stored + 1, [first, third]),
                (.max, [first, third]),
            ] {
                let page = try await store.events(
                    in: partition,
                    of: one,
                    after: 0,
                    limit: 9,
                    limitBytes: limitBytes
                )
                #expect(page == expected, "\(limitBytes) bytes")
            }
            let last = try await store.events(
                in: partition,
                of: one,
                after: 1,
                limit: 9,
                limitBytes: 1
            )
            #expect(last == [third])
            #expect(try await store.facts(about: id) == [first, third])
            #expect(try await store.facts(about: Samples.eventID(in: partition)).isEmpty)
        }
    }

    @Test("several partitions are read at once as each by itself", arguments: StoreUnderTest.all)
    func spans(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let partitions = [Partition(1), Partition(3), partition]
            for (index, partition) in partitions.enumerated() {
                let state = try await store.state(of: partition)
                let events = try (1...4 + index).map { number in
                    Samples.event(
                        try Samples.stream("conversation-\(partition)-\(number)"),
                        version: 1,
                        in: partition,
                        at: Int64(number)
                    )
                }
                try await store.append([Samples.turn(partition, state, events: events)])
            }
            for (after, limit) in [(0, 9), (1, 2), (3, 1), (4, 9)] as [(Int64, Int)] {
                let spans = ([Partition(0)] + partitions).map {
                    LogSpan(in: $0, after: LogPosition(after), limit: limit)
                }
                var expected: [Partition: [StoredEvent]] = [:]
                for span in spans {
                    let events = try await store.events(
                        in: span.partition,
                        after: span.position,
                        limit: span.limit
                    )
                    if !events.isEmpty { expected[span.partition] = events }
                }
                #expect(try await store.events(of: spans) == expected)
                #expect(expected.count == (after < 4 ? 3 : 2))
            }
        }
    }

    @Test(
        "a stream is folded event by event, in order, and a step that fails ends it",
        arguments: StoreUnderTest.all
    )
    func folding(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let stream = try Samples.stream("long")
            let events = (1...300).map {
                Samples.event(stream, version: $0, in: partition, at: Int64($0))
            }
            let state = try await store.state(of: partition)
            try await store.append([Samples.turn(partition, state, events: events)])
            let folds = try await store.fold([partition: [stream]], from: 0) {
                (last: inout Int, event: StoredEvent) throws(StoreError) in
                guard event.version == last + 1 else { throw StoreError(.conflict) }
                last = event.version
            }
            #expect(folds == [stream: 300])
            await #expect(throws: StoreError(.damaged, detail: "at 7")) {
                try await store.fold([partition: [stream]], from: 0) {
                    (_: inout Int, event: StoredEvent) throws(StoreError) in
                    if event.version == 7 { throw StoreError(.damaged, detail: "at 7") }
                }
            }
        }
    }

    @Test(
        "what decides of a stream is folded in some versions, or until nothing more is wanted",
        arguments: StoreUnderTest.all
    )
    func foldingContents(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let stream = try Samples.stream("decided")
            let other = try Samples.stream("other-one")
            let absent = try Samples.stream("absent-one")
            let events = (1...20).map {
                Samples.event(stream, version: $0, in: partition, at: Int64($0))
            }
            let last = Samples.event(other, version: 1, in: partition, at: 21)
            let state = try await store.state(of: partition)
            try await store.append([Samples.turn(partition, state, events: events + [last])])
            @Sendable func take(
                _ taken: inout [[UInt8]],
                _ event: EventContent
            ) throws(StoreError) -> Bool {
                taken.append(Array(event.header) + Array(event.body) + Array(event.envelope))
                taken.append(event.hash.bytes)
                return event.version < 12 || event.stream != stream
            }
            func expected(_ events: some Sequence<StoredEvent>) -> [[UInt8]] {
                events.flatMap { [$0.header + $0.body + $0.envelope, $0.hash.bytes] }
            }
            let wanted = [partition: [stream, other, absent]]
            let whole = try await store.foldContents(
                wanted,
                versions: 1...Int.max,
                limit: .max,
                from: [],
                take
            )
            #expect(whole == [stream: expected(events.prefix(12)), other: expected([last])])
            let some = try await store.foldContents(
                wanted,
                versions: 1...Int.max,
                limit: 7,
                from: [],
                take
            )
            #expect(some == [stream: expected(events.prefix(7)), other: expected([last])])
            let later = try await store.foldContents(
                wanted,
                versions: 5...9,
                limit: 99,
                from: [],
                take
            )
            #expect(later[stream] == expected(events[4..<9]))
            #expect(later[other] ?? [] == [])
            let none = try await store.foldContents(
                wanted,
                versions: 21...30,
                limit: .max,
                from: [],
                take
            )
            #expect(none.values.allSatisfy { $0.isEmpty })
            await #expect(throws: StoreError(.damaged, detail: "at 3")) {
                try await store.foldContents(wanted, versions: 1...Int.max, limit: .max, from: 0) {
                    (_: inout Int, event: EventContent) throws(StoreError) in
                    if event.version == 3 { throw StoreError(.damaged, detail: "at 3") }
                    return true
                }
            }
        }
    }

    @Test("keys that differ in bytes only are different streams", arguments: StoreUnderTest.all)
    func keysByBytes(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let composed = try Samples.stream("caf\u{E9}-key")
            let decomposed = try Samples.stream("cafe\u{301}-key")
            let events = [
                Samples.event(composed, version: 1, in: partition, at: 1),
                Samples.event(decomposed, version: 1, in: partition, at: 2),
            ]
            let state = try await store.state(of: partition)
            try await store.append([Samples.turn(partition, state, events: events)])
            let streams = try await store.streams([partition: [composed, decomposed]])
            #expect(streams == [composed: [events[0]], decomposed: [events[1]]])
        }
    }

    @Test(
        "an owner who is wrong about head, cursor or epoch writes nothing",
        arguments: StoreUnderTest.all
    )
    func conflicts(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let state = try await store.state(of: partition)
            let stream = try Samples.stream("conflicting")
            let wrong = [
                PartitionState(
                    head: LogPosition(1),
                    cursor: state.cursor,
                    drained: state.drained,
                    epoch: state.epoch
                ),
                PartitionState(
                    head: state.head,
                    cursor: IngestPosition(1),
                    drained: state.drained,
                    epoch: state.epoch
                ),
                PartitionState(
                    head: state.head,
                    cursor: state.cursor,
                    drained: state.drained,
                    epoch: state.epoch + 1
                ),
            ]
            for belief in wrong {
                let event = Samples.event(
                    stream,
                    version: 1,
                    in: partition,
                    at: belief.head.value + 1
                )
                let turn = Samples.turn(partition, belief, events: [event])
                #expect(await store.failure([turn]) == .conflict)
            }
            #expect(try await store.state(of: partition) == state)
            #expect(try await store.events(in: partition, after: .start, limit: 9).isEmpty)
            #expect(try await store.streams([partition: [stream]]).isEmpty)
        }
    }

    @Test("of racing owners one wins", arguments: StoreUnderTest.all)
    func racingOwners(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let state = try await store.state(of: partition)
            let stream = try Samples.stream("raced")
            let event = Samples.event(stream, version: 1, in: partition, at: 1)
            let failures = await withTaskGroup(of: StoreError.Reason?.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        await store.failure([
                            Samples.turn(Partition(2), state, events: [event])
                        ])
                    }
                }
                return await group.reduce(into: [StoreError.Reason?]()) { $0.append($1) }
            }
            #expect(failures.filter { $0 == nil }.count == 1)
            #expect(failures.filter { $0 == .conflict }.count == 11)
            #expect(try await store.events(in: partition, after: .start, limit: 9) == [event])
        }
    }

    @Test("a stream has each version once", arguments: StoreUnderTest.all)
    func versionsAreUnique(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let stream = try Samples.stream("versions")
            let first = Samples.event(stream, version: 1, in: partition, at: 1)
            let second = Samples.event(stream, version: 2, in: partition, at: 2)
            let state = try await store.state(of: partition)
            try await store.append([Samples.turn(partition, state, events: [first, second])])
            let now = try await store.state(of: partition)
            for version in [1, 2] {
                let again = Samples.event(stream, version: version, in: partition, at: 3)
                let turn = Samples.turn(partition, now, events: [again])
                #expect(await store.failure([turn]) == .conflict)
            }
            let unknown = try Samples.stream("never opened")
            let orphan = Samples.event(unknown, version: 2, in: partition, at: 3)
            let turn = Samples.turn(partition, now, events: [orphan])
            #expect(await store.failure([turn]) == .conflict)
            #expect(try await store.state(of: partition) == now)
        }
    }

    @Test("an event that is not at the next place is refused", arguments: StoreUnderTest.all)
    func placesHaveNoGaps(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let state = try await store.state(of: partition)
            let stream = try Samples.stream("gap")
            for (place, home) in [(2, partition), (0, partition), (1, Partition(1))] {
                let event = Samples.event(stream, version: 1, in: home, at: Int64(place))
                let turn = Samples.turn(partition, state, events: [event])
                #expect(await store.failure([turn]) == .conflict)
            }
            #expect(try await store.state(of: partition) == state)
        }
    }

    @Test("turns of several partitions are written in one call", arguments: StoreUnderTest.all)
    func severalPartitions(store: StoreUnderTest) async throws {
        try await store.withStore { store, partitioning in
            let states = try await store.state(of: partitioning.outcomePartitions)
            #expect(states.count == partitioning.count)
            let turns = try states.map { partition, state in
                let stream = try Samples.stream("in-\(partition)")
                return Samples.turn(
                    partition,
                    state,
                    events: [Samples.event(stream, version: 1, in: partition, at: 1)]
                )
            }
            try await store.append(turns)
            for turn in turns {
                let page = try await store.events(in: turn.partition, after: .start, limit: 9)
                #expect(page == turn.events)
                #expect(try await store.state(of: turn.partition) == turn.result)
            }
        }
    }

    @Test(
        "the cursor does not pass what was accepted and does not go back",
        arguments: StoreUnderTest.all
    )
    func cursorBounds(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            _ = try await store.append((0..<2).map { _ in try Samples.draft(in: partition) })
            let state = try await store.state(of: partition)
            let beyond = Samples.turn(partition, state, cursor: 3)
            #expect(await store.failure([beyond]) == .conflict)
            let drained = Samples.turn(partition, state, cursor: 1, drained: 2)
            #expect(await store.failure([drained]) == .conflict)
            try await store.append([Samples.turn(partition, state, cursor: 2, drained: 1)])
            let now = try await store.state(of: partition)
            let back = Samples.turn(partition, now, cursor: 1)
            #expect(await store.failure([back]) == .conflict)
            #expect(try await store.state(of: partition) == now)
        }
    }
}
