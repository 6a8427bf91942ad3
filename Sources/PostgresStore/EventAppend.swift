// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The one statement that appends a turn to a partition.
///
/// It begins with the UPDATE of the head, on which everything else in it depends: an owner that has
/// lost its epoch, or believes the head to be elsewhere, writes nothing. Nor does anybody but the
/// owner: after a fail-over that has lost a claim, its epoch is given out a second time.
enum EventAppend {
    /// Writes a turn of one partition; all of it or, when it throws, none.
    ///
    /// - Returns: The numbers of the streams it made.
    static func write(
        _ turn: PartitionAppend,
        by instance: NodeInstance,
        _ directory: StreamDirectory
    ) throws -> [StreamID: StreamNumber] {
        guard turn.cursor >= turn.expected.cursor else {
            throw StoreError(.conflict, detail: "\(turn.partition): the cursor would go back")
        }
        var position = turn.expected.head
        var made: [(stream: StreamID, first: Int64)] = []
        var wanted: Set<StreamID> = []
        for event in turn.events {
            position = position.next
            guard event.partition == turn.partition, event.position == position else {
                throw StoreError(
                    .conflict,
                    detail: "\(turn.partition): an event is not at \(position)"
                )
            }
            if event.version == 1 {
                made.append((event.stream, position.value))
            } else {
                wanted.insert(event.stream)
            }
        }
        let timers = Timers(turn.timers)
        var numbers = Dictionary(made.map { ($0.stream, $0.first) }) { first, _ in first }
        wanted.formUnion(timers.streams)
        let old = wanted.filter { numbers[$0] == nil }
            .map { PartitionStream(partition: turn.partition, stream: $0) }
        for (stream, number) in try directory.numbers(of: old) {
            numbers[stream.stream] = number.first
        }
        guard old.allSatisfy({ numbers[$0.stream] != nil }) else {
            throw StoreError(.conflict, detail: "\(turn.partition): a stream does not exist")
        }

        var parameters = PostgresParameters()
        let result = turn.result
        parameters.add(integer: turn.partition.number)
        parameters.add(Int64(turn.expected.epoch))
        parameters.add(turn.expected.head.value)
        parameters.add(turn.expected.cursor.value)
        parameters.add(result.head.value)
        parameters.add(result.cursor.value)
        parameters.add(result.drained.value)
        add(made, to: &parameters)
        add(turn.events, numbers, to: &parameters)
        timers.add(to: &parameters, numbers)
        parameters.add(instance.value)
        let moved = try directory.connection.first(EventLogStatements.append, parameters) {
            $0.integer(0)
        }
        guard moved == 1 else {
            throw StoreError(.conflict, detail: "\(turn.partition): not at \(turn.expected)")
        }
        return Dictionary(
            made.map { ($0.stream, StreamNumber(partition: turn.partition, first: $0.first)) }
        ) { first, _ in first }
    }

    private static func add(
        _ streams: [(stream: StreamID, first: Int64)],
        to parameters: inout PostgresParameters
    ) {
        parameters.add(streams.lazy.map(\.first))
        parameters.add(streams.lazy.map(\.stream.fingerprint))
        parameters.add(texts: streams.lazy.map(\.stream.account.text.string))
        parameters.add(integers: streams.lazy.map(\.stream.kind.number))
        parameters.add(keys: streams.lazy.map(\.stream.key))
    }

    private static func add(
        _ events: [StoredEvent],
        _ numbers: [StreamID: Int64],
        to parameters: inout PostgresParameters
    ) {
        // By index: a column needs one field of an event, not a copy of it.
        let rows = events.indices.lazy
        parameters.add(rows.map { events[$0].position.value })
        parameters.add(rows.map { numbers[events[$0].stream] ?? 0 })
        parameters.add(rows.map { Int64(events[$0].version) })
        parameters.add(rows.map { events[$0].eventID })
        parameters.add(rows.map { events[$0].header })
        parameters.add(rows.map { events[$0].body })
        parameters.add(integers: rows.map { events[$0].metadata.encryption })
        parameters.add(rows.map { events[$0].metadata.keyID })
        parameters.add(rows.map { events[$0].metadata.bytes })
        parameters.add(rows.map { events[$0].envelope })
        parameters.add(rows.map { events[$0].previous })
        parameters.add(rows.map { events[$0].hash })
    }

    /// The timers of a turn, each stream's changes taken together: one statement does not see what
    /// it has itself written.
    private struct Timers {
        private struct Key: Hashable {
            let stream: StreamID
            let clock: TimerClock
        }

        private struct Rows {
            var removed: Set<Timestamp> = []
            var added: Set<Timestamp> = []

            /// A row that was added and is removed again, or the other way round, does not move.
            mutating func take(_ change: TimerChange) {
                if let from = change.from, added.remove(from) == nil { removed.insert(from) }
                if let to = change.to, removed.remove(to) == nil { added.insert(to) }
            }
        }

        private var rows: [Key: Rows] = [:]

        init(_ changes: [TimerChange]) {
            for change in changes {
                let key = Key(stream: change.stream, clock: change.clock)
                rows[key, default: Rows()].take(change)
            }
        }

        var streams: [StreamID] { rows.keys.map(\.stream) }

        func add(to parameters: inout PostgresParameters, _ numbers: [StreamID: Int64]) {
            for side: KeyPath<Rows, Set<Timestamp>> in [\.removed, \.added] {
                let timers: [(Key, Timestamp)] = rows.flatMap { entry in
                    entry.value[keyPath: side].map { (entry.key, $0) }
                }
                parameters.add(texts: timers.map { $0.0.clock.column })
                parameters.add(timers.map { $0.1.microseconds })
                parameters.add(timers.map { numbers[$0.0.stream] ?? 0 })
            }
        }
    }
}

extension TimerClock {
    /// The clock as it is stored: empty is the live one.
    var column: String {
        switch self {
        case .live: ""
        case .sandbox(let account): account.text.string
        }
    }
}
