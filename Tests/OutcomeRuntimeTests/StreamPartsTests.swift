// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import SQLiteStore
import Testing

@testable import OutcomeRuntime

@Suite("A stream that is followed in parts")
struct StreamPartsTests {
    private typealias Followed = FollowedStream<[Int]>

    /// What a fold has come to, or why it could not go on.
    private enum Ending: Equatable {
        case followed(versions: [Int], isOver: Bool)
        case failed(String)
    }

    @Test("comes to the same as one that is read in one go", arguments: [1, 2, 3, 7, 30])
    func same(facts: Int) async throws {
        let store = try World().store
        let log = try ListedEventLog(events: 20, in: store)
        for (partsAhead, bytes) in [(1, 1 << 20), (2, 1 << 20), (3, 1_500), (4, 1)] {
            let limits = StreamPartLimits(facts: facts, bytes: bytes, partsAhead: partsAhead)
            for start in [0, 1, 5, 19] {
                for last in [start + 1, 6, 7, 12, 20, 21, Int.max] where last > start {
                    for end in [3, 6, 20, 99] {
                        try await expectSame(log, limits, after: start, through: last, until: end)
                    }
                }
            }
        }
        await store.close()
    }

    @Test("finds what is wrong where it is, and nothing behind its end", arguments: [1, 2, 3, 7])
    func damage(facts: Int) async throws {
        let store = try World().store
        let limits = StreamPartLimits(facts: facts, partsAhead: 3)
        for damaged in 1...9 {
            for fault in [ListedEventLog.Fault.unreadable, .missing, .silent] {
                let log = try ListedEventLog(events: 9, fault, at: damaged, in: store)
                for end in 1...9 {
                    try await expectSame(log, limits, after: 0, through: .max, until: end)
                }
            }
        }
        await store.close()
    }

    @Test("is one stream for whoever asks for a moment", arguments: [99, 100, 101, 600, 1700])
    func moments(events: Int) async throws {
        let store = try World().store
        let log = try ListedEventLog(events: events, in: store)
        for version in [1, 99, 100, 101, 600, 601, 1700, 1701] {
            let count = try await log.count(until: .version(version))
            #expect(count == (version <= events ? version : nil))
            let early = try await log.count(
                until: .recorded(by: ListedEventLog.recordedAt(version))
            )
            #expect(early == min(version, events))
        }
        #expect(try await log.count(until: .latest) == events)
        await store.close()
    }

    // MARK: Pieces

    private func expectSame(
        _ log: ListedEventLog,
        _ limits: StreamPartLimits,
        after start: Int,
        through last: Int,
        until end: Int
    ) async throws {
        let whole = await whole(log, after: start, through: last, until: end)
        let parts = await parts(log, limits, after: start, through: last, until: end)
        #expect(whole == parts, "after \(start), through \(last), until \(end)")
    }

    private func whole(
        _ log: ListedEventLog,
        after start: Int,
        through last: Int,
        until end: Int
    ) async -> Ending {
        await ending { () throws(StoreError) in
            let read = try await log.reader.follow(
                [log.key],
                account: log.account,
                isSandbox: false,
                through: last,
                from: Followed(state: [], after: start),
                step(until: end)
            )
            return read[log.key] ?? Followed(state: [], after: start)
        }
    }

    private func parts(
        _ log: ListedEventLog,
        _ limits: StreamPartLimits,
        after start: Int,
        through last: Int,
        until end: Int
    ) async -> Ending {
        await ending { () throws(StoreError) in
            try await log.reader.followRest(
                of: log.key,
                account: log.account,
                isSandbox: false,
                through: last,
                from: Followed(state: [], after: start),
                limits: limits,
                step(until: end)
            )
        }
    }

    private func step(
        until end: Int
    ) -> @Sendable (inout [Int], FollowedFact) throws(StoreError) -> Bool {
        { (versions: inout [Int], fact: FollowedFact) throws(StoreError) in
            guard fact.version <= end else { return false }
            versions.append(fact.version)
            return true
        }
    }

    private func ending(_ follow: () async throws(StoreError) -> Followed) async -> Ending {
        do throws(StoreError) {
            let followed = try await follow()
            return .followed(versions: followed.state, isOver: followed.isOver)
        } catch {
            return .failed("\(error.reason): \(error.detail)")
        }
    }
}

/// One stream of made-up facts, of which one may be wrong.
private struct ListedEventLog: ForwardingEventLog {
    enum Fault {
        case none
        /// Its body is nothing that is written.
        case unreadable
        /// It is not there, though later ones are.
        case missing
        /// The store fails when it is to be read.
        case silent
    }

    let account: AccountID
    let key: OutcomeKey
    private let store: SQLiteStore
    private let events: [StoredEvent]
    private let silence: Int?

    var log: any EventLog { store }

    var reader: OutcomeReader {
        OutcomeReader(eventLog: self, ingestLog: store, partitioning: store.partitioning)
    }

    init(
        events count: Int,
        _ fault: Fault = .none,
        at wrong: Int = 0,
        in store: SQLiteStore
    ) throws {
        self.store = store
        account = try #require(AccountID("acct_listed"))
        key = try #require(OutcomeKey("listed:1"))
        silence = fault == .silent ? wrong : nil
        let stream = StreamID.outcome(account, key.text)
        events = (1...count).compactMap { version in
            if fault == .missing, version == wrong { return nil }
            let isWrong = fault == .unreadable && version == wrong
            return Self.event(version, of: stream, isReadable: !isWrong)
        }
    }

    static func recordedAt(_ version: Int) -> Timestamp {
        World.start.adding(seconds: Int64(version))
    }

    private static func event(
        _ version: Int,
        of stream: StreamID,
        isReadable: Bool
    ) -> StoredEvent {
        let id = EventID(partition: 0, fingerprint: 0, unique: UInt64(version), salt: 0)
        let event = OutcomeEventSchema.store(
            OutcomeFact(
                event: .signalDiscarded(SignalDiscarded(eventID: id, reason: "made up")),
                time: recordedAt(version),
                cause: Cause(position: IngestPosition(Int64(version)), eventID: id)
            ),
            stream: stream,
            version: version,
            partition: Partition(0),
            position: LogPosition(Int64(version)),
            metadata: .empty,
            context: EnvelopeContext(
                node: "test",
                batch: 1,
                recordedAt: recordedAt(version),
                trace: nil
            ),
            previous: .zero
        )
        guard !isReadable else { return event }
        return StoredEvent(
            partition: event.partition,
            position: event.position,
            stream: event.stream,
            version: event.version,
            eventID: event.eventID,
            header: event.header,
            body: [],
            metadata: event.metadata,
            envelope: event.envelope,
            previous: event.previous,
            hash: event.hash
        )
    }

    func foldContents<State: Sendable>(
        _ wanted: [Partition: [StreamID]],
        versions: ClosedRange<Int>,
        limit: Int,
        from initial: State,
        _ step: @escaping @Sendable (inout State, EventContent) throws(StoreError) -> Bool
    ) async throws(StoreError) -> [StreamID: State] {
        var states: [StreamID: State] = [:]
        for stream in wanted.values.joined() {
            var state = initial
            let asked = events.filter {
                $0.stream == stream && versions.contains($0.version)
            }
            for event in asked.prefix(limit) {
                guard event.version != silence else {
                    throw StoreError(.unavailable, detail: "planned")
                }
                let isWanted = try event.withContent { content throws(StoreError) in
                    try step(&state, content)
                }
                states[stream] = state
                guard isWanted else { break }
            }
        }
        return states
    }

    /// How many facts there are up to a moment.
    func count(until moment: OutcomeMoment) async throws(StoreError) -> Int? {
        try await reader.follow(
            key,
            account: account,
            isSandbox: false,
            until: moment,
            from: 0
        ) { (count: inout Int, _) throws(StoreError) in
            count += 1
        }
    }
}
