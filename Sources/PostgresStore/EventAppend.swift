// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The one statement that appends a turn to a partition.
///
/// It begins with the UPDATE of the head, on which everything else in it depends: an owner that has
/// lost its epoch, or believes the head to be elsewhere, writes nothing.
enum EventAppend {
    /// Writes a turn of one partition; all of it or, when it throws, none.
    ///
    /// - Returns: The numbers of the streams it made.
    static func write(
        _ turn: PartitionAppend,
        numbers: StreamNumbers,
        _ connection: PostgresConnection
    ) throws -> [StreamID: Int64] {
        guard turn.cursor >= turn.expected.cursor else {
            throw StoreError(.conflict, detail: "\(turn.partition): the cursor would go back")
        }
        var position = turn.expected.head
        var made: [(StreamID, Int64)] = []
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
        let new = Dictionary(made, uniquingKeysWith: { first, _ in first })
        wanted.formUnion(timers.streams)
        let directory = StreamDirectory(connection: connection, numbers: numbers)
        let old = wanted.filter { new[$0] == nil }
        var known = try directory.numbers(of: [turn.partition: Array(old)])
        guard old.allSatisfy({ known[$0] != nil }) else {
            throw StoreError(.conflict, detail: "\(turn.partition): a stream does not exist")
        }
        known.merge(new) { old, _ in old }

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
        add(turn.events, known, to: &parameters)
        timers.add(to: &parameters, known)
        let moved = try connection.first(EventLogStatements.append, parameters) { $0.integer(0) }
        guard moved == 1 else {
            throw StoreError(.conflict, detail: "\(turn.partition): not at \(turn.expected)")
        }
        return new
    }

    private static func add(
        _ streams: [(StreamID, Int64)],
        to parameters: inout PostgresParameters
    ) {
        parameters.add(streams.map { $0.1 })
        parameters.add(streams.map { $0.0.fingerprint })
        parameters.add(texts: streams.map { $0.0.account.text.string })
        parameters.add(integers: streams.map { $0.0.kind.number })
        parameters.add(streams.map { Array($0.0.key.utf8) })
    }

    private static func add(
        _ events: [StoredEvent],
        _ numbers: [StreamID: Int64],
        to parameters: inout PostgresParameters
    ) {
        parameters.add(events.map(\.position.value))
        parameters.add(events.map { numbers[$0.stream] ?? 0 })
        parameters.add(events.map { Int64($0.version) })
        parameters.add(events.map { $0.eventID?.bytes })
        parameters.add(events.map(\.header))
        parameters.add(events.map(\.body))
        parameters.add(integers: events.map(\.metadata.encryption))
        parameters.add(events.map(\.metadata.keyID))
        parameters.add(events.map(\.metadata.bytes))
        parameters.add(events.map(\.envelope))
        parameters.add(events.map(\.previous.bytes))
        parameters.add(events.map(\.hash.bytes))
    }

    /// The timers of a turn, each stream's changes taken together: one statement does not see what
    /// it has itself written.
    private struct Timers {
        private struct Key: Hashable {
            let stream: StreamID
            let clock: TimerClock
        }

        private struct Move {
            let from: Timestamp?
            let to: Timestamp?
        }

        private var moves: [Key: Move] = [:]

        init(_ changes: [TimerChange]) {
            for change in changes {
                let key = Key(stream: change.stream, clock: change.clock)
                let from = moves[key].map(\.from) ?? change.from
                moves[key] = Move(from: from, to: change.to)
            }
            moves = moves.filter { $0.value.from != $0.value.to }
        }

        var streams: [StreamID] { moves.keys.map(\.stream) }

        func add(to parameters: inout PostgresParameters, _ numbers: [StreamID: Int64]) {
            for side in [\Move.from, \Move.to] {
                let timers = moves.compactMap { key, move in
                    move[keyPath: side].map { (key, $0) }
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
