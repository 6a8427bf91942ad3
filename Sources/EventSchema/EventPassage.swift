// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

/// When a fact passed which hop on its way into the log, by the wall clocks of those who had it.
///
/// Times of different clocks are as far apart as the clocks: a later hop may seem earlier.
public struct EventPassage: Hashable, Sendable {
    /// How the record behind it was accepted; nil for what time alone has brought.
    public let acceptance: Acceptance?
    /// When a lane had read it, or had found its timer due; the clock of the node that wrote it.
    public let takenAt: Timestamp
    /// When the lane decided it; the same clock.
    public let decidedAt: Timestamp
    /// The id of the request behind it: the one that was accepted, or, for what time has brought in a
    /// sandbox, the one that advanced its test clock to that time; nil where none is known.
    public let request: String?

    /// Puts together how an accepted record passed, or, with nil, what the server's clock has brought.
    public init(acceptance: Acceptance?, takenAt: Timestamp, decidedAt: Timestamp) {
        self.acceptance = acceptance
        self.takenAt = takenAt
        self.decidedAt = decidedAt
        request = acceptance?.request
    }

    /// Puts together how passed what time has brought since a request has advanced a test clock.
    public init(advancedBy request: String?, takenAt: Timestamp, decidedAt: Timestamp) {
        acceptance = nil
        self.takenAt = takenAt
        self.decidedAt = decidedAt
        self.request = request
    }
}

/// How the record behind a fact came into the ingest log.
public struct Acceptance: Hashable, Sendable {
    /// The node that accepted it.
    public let node: String
    /// When that node made the draft; its own clock.
    public let acceptedAt: Timestamp
    /// When the transaction that made it durable was made: with one file the same clock, with
    /// PostgreSQL the database's.
    public let writtenAt: Timestamp
    /// The id of the request behind it, if there was one.
    public let request: String?

    /// Puts an acceptance together.
    public init(node: String, acceptedAt: Timestamp, writtenAt: Timestamp, request: String?) {
        self.node = node
        self.acceptedAt = acceptedAt
        self.writtenAt = writtenAt
        self.request = request
    }

    /// How a record was accepted.
    public init(_ record: IngestRecord) {
        self.init(
            node: record.origin.node,
            acceptedAt: record.origin.acceptedAt,
            writtenAt: record.writtenAt,
            request: record.origin.request
        )
    }
}

// MARK: Written form

extension EventPassage {
    /// Writes ,"times":[accepted,written,taken,decided],"accepted_by","request".
    ///
    /// Times are microseconds: the first since 1970, each further one since the one before. What
    /// time has brought has [taken,decided]. "accepted_by" is left out when it is the node that wrote
    /// the event, "request" when there is none.
    func write(to writer: inout WrittenWriter, node: String) {
        var last: Int64 = 0
        func put(_ token: StaticString, _ time: Timestamp) {
            writer.put(token, time.microseconds - last)
            last = time.microseconds
        }
        if let acceptance {
            put(",\"times\":[", acceptance.acceptedAt)
            put(",", acceptance.writtenAt)
            put(",", takenAt)
        } else {
            put(",\"times\":[", takenAt)
        }
        put(",", decidedAt)
        writer.put("]")
        if let acceptance, acceptance.node != node {
            writer.put(",\"accepted_by\":", acceptance.node)
        }
        if let request { writer.put(",\"request\":", request) }
    }

    /// Reads what follows `"times":[`.
    init(_ reader: inout WrittenReader, node: String) throws(WrittenFault) {
        let first = try reader.time(after: 0)
        try reader.expect(",")
        let second = try reader.time(after: first.microseconds)
        if reader.accept("]") {
            let request = reader.accept(",\"request\":") ? try reader.text().string : nil
            self.init(advancedBy: request, takenAt: first, decidedAt: second)
            return
        }
        try reader.expect(",")
        let takenAt = try reader.time(after: second.microseconds)
        try reader.expect(",")
        let decidedAt = try reader.time(after: takenAt.microseconds)
        try reader.expect("]")
        let acceptor = reader.accept(",\"accepted_by\":") ? try reader.text().string : node
        let request = reader.accept(",\"request\":") ? try reader.text().string : nil
        self.init(
            acceptance: Acceptance(
                node: acceptor,
                acceptedAt: first,
                writtenAt: second,
                request: request
            ),
            takenAt: takenAt,
            decidedAt: decidedAt
        )
    }
}

extension WrittenReader {
    /// Takes microseconds as an instant so long after another.
    fileprivate mutating func time(after base: Int64) throws(WrittenFault) -> Timestamp {
        let start = position
        let (sum, isTooLarge) = base.addingReportingOverflow(try integer())
        guard !isTooLarge, let time = Timestamp(microseconds: sum) else {
            throw fault(.invalidValue, at: start)
        }
        return time
    }
}
