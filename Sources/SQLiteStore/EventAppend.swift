// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

/// One append of the owner's turns, inside the caller's transaction.
struct EventAppend {
    /// What is made known once the transaction has been committed.
    struct Written: Sendable {
        var streams: [StreamID: Int64] = [:]
    }

    private let database: Database
    private let numbers: StreamNumbers
    private let insertEvent: BoundStatement
    private let insertTimer: BoundStatement
    private let deleteTimer: BoundStatement
    private let moveHead: BoundStatement
    private(set) var written = Written()

    init(database: Database, numbers: StreamNumbers) throws {
        self.database = database
        self.numbers = numbers
        insertEvent = try BoundStatement(database, EventLogStatements.insertEvent)
        insertTimer = try BoundStatement(database, TimerStatements.insert)
        deleteTimer = try BoundStatement(database, TimerStatements.delete)
        moveHead = try BoundStatement(database, PartitionStatements.moveEventHead)
    }

    /// Writes turns of several partitions; all of them or, when it throws, none.
    static func write(
        _ appends: [PartitionAppend],
        numbers: StreamNumbers,
        to database: Database
    ) throws -> Written {
        var append = try EventAppend(database: database, numbers: numbers)
        for turn in appends {
            try append.write(turn)
        }
        return append.written
    }

    private mutating func write(_ turn: PartitionAppend) throws {
        try move(turn)
        var position = turn.expected.head
        for event in turn.events {
            position = position.next
            guard event.partition == turn.partition, event.position == position else {
                throw StoreError(
                    .conflict,
                    detail: "\(turn.partition): an event is not at \(position)"
                )
            }
            try insert(event)
        }
        for change in turn.timers {
            try move(change, in: turn.partition)
        }
    }

    /// Moves head, cursor and drained mark if the owner's belief is right.
    private func move(_ turn: PartitionAppend) throws {
        let result = turn.result
        guard turn.cursor >= turn.expected.cursor else {
            throw StoreError(.conflict, detail: "\(turn.partition): the cursor would go back")
        }
        moveHead.bind(1, turn.partition)
        moveHead.bind(2, turn.expected.epoch)
        moveHead.bind(3, turn.expected.head.value)
        moveHead.bind(4, turn.expected.cursor.value)
        moveHead.bind(5, result.head.value)
        moveHead.bind(6, result.cursor.value)
        moveHead.bind(7, result.drained.value)
        guard try moveHead.runCountingChanges() == 1 else {
            throw StoreError(.conflict, detail: "\(turn.partition): not at \(turn.expected)")
        }
    }

    mutating func insert(_ event: StoredEvent) throws {
        let stream = try number(
            of: event.stream,
            in: event.partition,
            isNew: event.version == 1
        )
        insertEvent.bind(1, EventPlace.place(in: event.partition, event.position))
        insertEvent.bind(2, stream)
        insertEvent.bind(3, event.version)
        if let eventID = event.eventID {
            insertEvent.bind(4, eventID)
        } else {
            insertEvent.bindNull(4)
        }
        insertEvent.bind(5, event.header)
        insertEvent.bind(6, event.body)
        insertEvent.bind(7, event.metadata.encryption)
        insertEvent.bind(8, event.metadata.keyID)
        insertEvent.bind(9, event.metadata.bytes)
        insertEvent.bind(10, event.envelope)
        insertEvent.bind(11, event.previous)
        insertEvent.bind(12, event.hash)
        try insertEvent.run()
    }

    private mutating func move(_ change: TimerChange, in partition: Partition) throws {
        guard change.from != change.to else { return }
        let stream = try number(of: change.stream, in: partition, isNew: false)
        if let from = change.from {
            deleteTimer.bind(1, partition)
            deleteTimer.bind(2, change.clock)
            deleteTimer.bind(3, from.microseconds)
            deleteTimer.bind(4, stream)
            try deleteTimer.run()
        }
        if let to = change.to {
            insertTimer.bind(1, partition)
            insertTimer.bind(2, change.clock)
            insertTimer.bind(3, to.microseconds)
            insertTimer.bind(4, stream)
            try insertTimer.run()
        }
    }

    /// The number of a stream; a stream's first event creates it.
    private mutating func number(
        of stream: StreamID,
        in partition: Partition,
        isNew: Bool
    ) throws -> Int64 {
        if let number = written.streams[stream] ?? numbers.number(of: stream) { return number }
        let number = isNew ? try create(stream, in: partition) : try find(stream, in: partition)
        written.streams[stream] = number
        return number
    }

    private func create(_ stream: StreamID, in partition: Partition) throws -> Int64 {
        let statement = try BoundStatement(database, EventLogStatements.insertStream)
        statement.bind(stream, in: partition)
        try statement.run()
        return database.lastInsertedRowID
    }

    private func find(_ stream: StreamID, in partition: Partition) throws -> Int64 {
        let number = try StreamReads(database, numbers).number(of: stream, in: partition)
        guard let number else {
            throw StoreError(.conflict, detail: "\(partition): a stream does not exist")
        }
        return number
    }
}
