// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

/// The statements of the streams, the events and the timers.
enum EventLogStatements {
    private static let eventColumns = """
        place, stream, version, event_id, header, body, metadata_encryption, metadata_key,
        metadata, envelope, previous, hash
        """

    static let insertStream = """
        INSERT INTO streams (partition, fingerprint, account, kind, key)
        VALUES (?1, ?2, ?3, ?4, ?5)
        """

    static let selectStreamNumber = """
        SELECT stream FROM streams
        WHERE partition = ?1 AND fingerprint = ?2 AND account = ?3 AND kind = ?4 AND key = ?5
        """

    static let selectStream = "SELECT account, kind, key FROM streams WHERE stream = ?1"

    static let countStreams = "SELECT count(*) FROM streams WHERE partition = ?1"

    static let selectStreamPage = """
        SELECT stream, fingerprint, account, kind, key FROM streams
        WHERE partition = ?1 AND (fingerprint, stream) > (?2, ?3)
        ORDER BY fingerprint, stream LIMIT ?4
        """

    static let selectStreamsByFingerprint = """
        SELECT stream, account, kind, key FROM streams WHERE partition = ?1 AND fingerprint = ?2
        """

    static let insertEvent = """
        INSERT INTO events (\(eventColumns))
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        """

    static let selectByPlace = """
        SELECT \(eventColumns) FROM events
        WHERE place > ?1 AND place < ?2 ORDER BY place LIMIT ?3
        """

    static let selectHash = "SELECT hash FROM events WHERE place = ?1"

    static let selectByVersion = """
        SELECT \(eventColumns) FROM events
        WHERE stream = ?1 AND version > ?2 ORDER BY version LIMIT ?3
        """

    static let selectContents = """
        SELECT place, version, header, body, envelope, hash FROM events
        WHERE stream = ?1 AND version BETWEEN ?2 AND ?3 ORDER BY version LIMIT ?4
        """

    static let selectByEventID = """
        SELECT \(eventColumns) FROM events
        WHERE stream = ?1 AND event_id = ?2 ORDER BY version
        """

    static let selectLastVersion = """
        SELECT version, hash FROM events WHERE stream = ?1 ORDER BY version DESC LIMIT 1
        """

    static let selectLastPlace = """
        SELECT place FROM events WHERE place > ?1 AND place < ?2 ORDER BY place DESC LIMIT 1
        """

    static let all = [
        insertStream, selectStreamNumber, selectStream, selectStreamsByFingerprint, insertEvent,
        selectByPlace, selectHash, selectByVersion, selectContents, selectByEventID,
        selectLastVersion, selectLastPlace, countStreams, selectStreamPage,
    ]
}

extension EventLogStatements {
    /// The hash of an event; nil when there is none.
    static func hash(at place: PartitionPlace, _ database: Database) throws -> Digest? {
        let select = try BoundStatement(database, selectHash)
        select.bind(1, EventPlace.place(in: place.partition, place.position))
        return try select.first { try $0.digest(0) }
    }
}

extension StatementRow {
    /// An event of a stream that is known; the columns are those of every event statement.
    func event(of stream: StreamID) throws(StoreError) -> StoredEvent {
        StoredEvent(
            partition: EventPlace.partition(of: integer(0)),
            position: EventPlace.position(of: integer(0)),
            stream: stream,
            version: Int(integer(2)),
            eventID: isNull(3) ? nil : try eventID(3),
            header: bytes(4),
            body: bytes(5),
            metadata: metadata,
            envelope: bytes(9),
            previous: try digest(10),
            hash: try digest(11)
        )
    }

    /// Hands over an event of a stream that is known; the columns are those of `selectContents`.
    func withContent<Value>(
        of stream: StreamID,
        _ body: (EventContent) throws -> Value
    ) throws -> Value {
        try withBytes(2) { header in
            try withBytes(3) { content in
                try withBytes(4) { envelope in
                    try body(
                        EventContent(
                            partition: EventPlace.partition(of: integer(0)),
                            position: EventPlace.position(of: integer(0)),
                            stream: stream,
                            version: Int(integer(1)),
                            hash: try digest(5),
                            header: header.assumingMemoryBound(to: UInt8.self),
                            body: content.assumingMemoryBound(to: UInt8.self),
                            envelope: envelope.assumingMemoryBound(to: UInt8.self)
                        )
                    )
                }
            }
        }
    }

    private var metadata: MetadataSlot {
        MetadataSlot(encryption: Int(integer(6)), keyID: bytes(7), bytes: bytes(8))
    }

    /// A stream from its account, kind and key, which are three neighbouring columns.
    func stream(at column: Int32) throws(StoreError) -> StreamID {
        guard let kind = StreamKind(number: integer(column + 1)) else {
            throw StoreError(.damaged, detail: "a stream of an unknown kind")
        }
        return StreamID(
            account: try account(column),
            kind: kind,
            key: try text(column + 2)
        )
    }
}

extension BoundStatement {
    /// Binds partition, fingerprint, account, kind and key.
    func bind(_ stream: StreamID, in partition: Partition) {
        bind(1, partition)
        bind(2, stream.fingerprint)
        bind(3, stream.account.text)
        bind(4, stream.kind.number)
        bind(5, bytesOf: stream.key)
    }
}
