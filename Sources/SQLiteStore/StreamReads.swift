// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

/// Reads streams and events on one connection.
struct StreamReads {
    private let database: Database
    private let numbers: StreamNumbers

    init(_ database: Database, _ numbers: StreamNumbers) {
        self.database = database
        self.numbers = numbers
    }

    /// The number of a stream; nil when there is no such stream.
    func number(of stream: StreamID, in partition: Partition) throws -> Int64? {
        if let number = numbers.number(of: stream) { return number }
        let statement = try BoundStatement(database, EventLogStatements.selectStreamNumber)
        statement.bind(stream, in: partition)
        return try statement.first { $0.integer(0) }
    }

    /// Hands over one stream, event by event, in order of version.
    func forEachEvent(
        of stream: StreamID,
        number: Int64,
        _ body: (StoredEvent) throws -> Void
    ) throws {
        let statement = try BoundStatement(database, EventLogStatements.selectByVersion)
        statement.bind(1, number)
        statement.bind(2, 0)
        statement.bind(3, Int64.max)
        try statement.forEachRow { row in
            try body(row.event(of: stream))
            return true
        }
    }

    /// Hands over what decides of some of one stream's events, in order of version, until `body`
    /// answers false.
    func forEachContent(
        of stream: StreamID,
        number: Int64,
        versions: ClosedRange<Int>,
        limit: Int,
        _ body: (EventContent) throws -> Bool
    ) throws {
        let statement = try BoundStatement(database, EventLogStatements.selectContents)
        statement.bind(1, number)
        statement.bind(2, versions.lowerBound)
        statement.bind(3, versions.upperBound)
        statement.bind(4, limit)
        try statement.forEachRow { try $0.withContent(of: stream, body) }
    }

    /// A page of one stream, in order of version, that ends with the event by which it has its bytes.
    func events(
        of stream: StreamID,
        number: Int64,
        after version: Int,
        limit: Int,
        limitBytes: Int
    ) throws -> [StoredEvent] {
        let statement = try BoundStatement(database, EventLogStatements.selectByVersion)
        statement.bind(1, number)
        statement.bind(2, version)
        statement.bind(3, limit)
        var events: [StoredEvent] = []
        var bytes = 0
        try statement.forEachRow { row in
            let event = try row.event(of: stream)
            events.append(event)
            bytes += event.byteCount
            return bytes < limitBytes
        }
        return events
    }

    /// The events of one stream that an accepted event is behind.
    func events(
        of stream: StreamID,
        number: Int64,
        about eventID: EventID
    ) throws -> [StoredEvent] {
        let statement = try BoundStatement(database, EventLogStatements.selectByEventID)
        statement.bind(1, number)
        statement.bind(2, eventID.bytes)
        return try statement.all { try $0.event(of: stream) }
    }

    /// Events of a partition after a place, in order.
    func events(
        in partition: Partition,
        after position: LogPosition,
        limit: Int
    ) throws -> [StoredEvent] {
        let statement = try BoundStatement(database, EventLogStatements.selectByPlace)
        statement.bind(1, EventPlace.place(in: partition, position))
        statement.bind(2, EventPlace.end(of: partition))
        statement.bind(3, limit)
        var streams: [Int64: StreamID] = [:]
        var looked: [(number: Int64, stream: StreamID)] = []
        let events = try statement.all { row in
            let number = row.integer(1)
            if let known = streams[number] { return try row.event(of: known) }
            if let known = numbers.stream(numbered: number) {
                streams[number] = known
                return try row.event(of: known)
            }
            let stream = try stream(numbered: number)
            streams[number] = stream
            looked.append((number, stream))
            return try row.event(of: stream)
        }
        numbers.rememberRead(looked)
        return events
    }

    private func stream(numbered number: Int64) throws -> StreamID {
        let statement = try BoundStatement(database, EventLogStatements.selectStream)
        statement.bind(1, number)
        guard let stream = try statement.first({ try $0.stream(at: 0) }) else {
            throw StoreError(.damaged, detail: "an event of an unknown stream")
        }
        return stream
    }

    /// The streams whose key has a fingerprint: one, but for a collision.
    func streams(
        in partition: Partition,
        fingerprint: UInt64
    ) throws -> [(number: Int64, stream: StreamID)] {
        let statement = try BoundStatement(
            database,
            EventLogStatements.selectStreamsByFingerprint
        )
        statement.bind(1, partition)
        statement.bind(2, Int64(bitPattern: fingerprint))
        return try statement.all { ($0.integer(0), try $0.stream(at: 1)) }
    }
}
