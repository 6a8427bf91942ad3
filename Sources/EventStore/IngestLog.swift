// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// The port to the log that every accepted event enters before its 202.
///
/// Any node appends; each partition's records have places in commit order, and `received_at` never
/// goes back within a clock (SPEC 4, Time 1).
public protocol IngestLog: Sendable {
    /// Writes drafts, durable before it returns; drafts of many callers share one flush.
    ///
    /// Duplicates are found here and not recorded; two of one claim in one call are one. Results
    /// come in the order of the drafts, each draft's its own: those of one partition may be written
    /// while those of another cannot.
    /// - Throws: `StoreError.full` when too many drafts wait, `.unavailable` when none of them could
    ///   be written. A draft that may or may not have been written is looked up before an answer.
    func append(_ drafts: [IngestDraft]) async throws(StoreError) -> [IngestResult]

    /// Records after a place of each partition, in order, at most `limit` in all, with at most
    /// `limitBytes` of payloads.
    ///
    /// Partitions share both limits fairly: none starves while another has a long backlog. The
    /// first record of a partition is handed out whatever its size. Absent partitions have nothing
    /// new, or their turn comes with the next call.
    func records(
        after cursors: [Partition: IngestPosition],
        limit: Int,
        limitBytes: Int
    ) async throws(StoreError) -> [Partition: [IngestRecord]]

    /// Moves the live clock of partitions forward to at least `instant`, durably, under the lock
    /// that hands out `received_at`: nothing accepted later in them is earlier.
    /// - Returns: Each partition's last place at that moment.
    func advanceLiveClock(
        of partitions: [Partition],
        to instant: Timestamp
    ) async throws(StoreError) -> [Partition: IngestPosition]

    /// Whether callers of `append` queue up at the moment, so that what can wait should.
    ///
    /// False as soon as so much waits to be processed that accepting still more comes second.
    var isPressed: Bool { get }

    /// The last place of every partition.
    func heads() async throws(StoreError) -> [Partition: IngestPosition]

    /// A record that has been accepted and is not yet processed; nil once it is, or if unknown.
    func waitingRecord(_ eventID: EventID) async throws(StoreError) -> IngestRecord?

    /// A sandbox account's test clock; nil until it was first set.
    func sandboxClock(of account: AccountID) async throws(StoreError) -> Timestamp?

    /// The test clocks of all sandbox accounts of a partition, with the last place of its ingest
    /// log at the same moment.
    func sandboxClocks(
        in partition: Partition
    ) async throws(StoreError) -> (head: IngestPosition, clocks: [AccountID: Timestamp])

    /// The latest live clock of any partition; nil before the first record.
    func latestLiveClock() async throws(StoreError) -> Timestamp?
}

/// What is to be written to the ingest log.
public struct IngestDraft: Sendable {
    /// Whose record it is.
    public let account: AccountID
    /// Where it goes.
    public let partition: Partition
    /// Its id, chosen before it is written.
    public let eventID: EventID
    /// Which clock it is stamped by.
    public let clock: IngestClock
    /// The record is refused when its `received_at` would be before this.
    public let earliestReceipt: Timestamp?
    /// What makes a retry a duplicate, when the client named it.
    public let claim: IdempotencyClaim?
    /// The account's catalog version at this moment.
    public let catalogVersion: Int
    /// The written form of what is asked; opaque to the store.
    public let payload: [UInt8]
    /// The W3C trace context it came with, if any.
    public let trace: String?
    /// Who accepts it, when, and at whose request.
    public let origin: IngestOrigin

    /// Puts a draft together.
    public init(
        account: AccountID,
        partition: Partition,
        eventID: EventID,
        clock: IngestClock,
        earliestReceipt: Timestamp?,
        claim: IdempotencyClaim?,
        catalogVersion: Int,
        payload: [UInt8],
        trace: String?,
        origin: IngestOrigin
    ) {
        self.account = account
        self.partition = partition
        self.eventID = eventID
        self.clock = clock
        self.earliestReceipt = earliestReceipt
        self.claim = claim
        self.catalogVersion = catalogVersion
        self.payload = payload
        self.trace = trace
        self.origin = origin
    }
}

/// The clock a record is stamped by.
public enum IngestClock: Hashable, Sendable {
    /// The partition's live clock: the later of what it last said and `now`.
    case live(now: Timestamp)
    /// The account's test clock, moved first to `floor` if that is later (SPEC 2). The clock is the
    /// account's own: it moves no other's.
    case sandbox(floor: Timestamp?)
}

/// What makes a retry a duplicate (SPEC 3, Idempotency).
public struct IdempotencyClaim: Hashable, Sendable {
    /// SHA-256 over account, outcome key and idempotency key.
    public let scope: Digest
    /// What the compared fields of the body come to.
    public let body: BodyMark

    /// Makes a claim.
    public init(scope: Digest, body: BodyMark) {
        self.scope = scope
        self.body = body
    }

    /// Makes a claim for a body without metadata.
    public init(scope: Digest, body: Digest) {
        self.init(scope: scope, body: BodyMark(fields: body))
    }
}

/// What became of a draft.
public enum IngestResult: Hashable, Sendable {
    /// It is durable at this place.
    case accepted(IngestReceipt)
    /// An earlier record holds the same claim; nothing was written.
    case duplicate(IngestReceipt, bodyConflict: Bool)
    /// Its `received_at` would have been before `earliestReceipt`; nothing was written or moved.
    case refused(receivedAt: Timestamp)
    /// It would be accepted, but its account's catalog is at this version by now and the draft was
    /// made by an older one; nothing was written or moved. Only where several nodes write.
    case outdated(catalogVersion: Int)
    /// It could not be written, though others of the call were; trying again is safe.
    case failed(StoreError)
}

/// Where and when a record was accepted.
public struct IngestReceipt: Hashable, Sendable {
    /// The record's id: for a duplicate, that of the first.
    public let eventID: EventID
    /// Its partition.
    public let partition: Partition
    /// Its place there.
    public let position: IngestPosition
    /// Its time.
    public let receivedAt: Timestamp

    /// Puts a receipt together.
    public init(
        eventID: EventID,
        partition: Partition,
        position: IngestPosition,
        receivedAt: Timestamp
    ) {
        self.eventID = eventID
        self.partition = partition
        self.position = position
        self.receivedAt = receivedAt
    }
}

/// A record of the ingest log.
///
/// A copy is one reference.
public struct IngestRecord: Hashable, Sendable {
    /// Where and when it was accepted.
    public var receipt: IngestReceipt { record.contents.receipt }
    /// Whose record it is.
    public var account: AccountID { record.contents.account }
    /// The account's catalog version at that moment.
    public var catalogVersion: Int { record.contents.catalogVersion }
    /// Whether it is stamped by a test clock.
    public var isSandbox: Bool { record.contents.isSandbox }
    /// The written form of what is asked.
    public var payload: [UInt8] { record.contents.payload }
    /// The W3C trace context it came with, if any.
    public var trace: String? { record.contents.trace }
    /// Who accepted it, when, and at whose request.
    public var origin: IngestOrigin { record.contents.origin }
    /// When the transaction that made it durable was made, by the store's own wall clock: the
    /// machine's for a file, the database's for a server.
    public var writtenAt: Timestamp { record.contents.writtenAt }

    private let record: Record

    private struct Contents: Hashable, Sendable {
        let receipt: IngestReceipt
        let account: AccountID
        let catalogVersion: Int
        let isSandbox: Bool
        let payload: [UInt8]
        let trace: String?
        let origin: IngestOrigin
        let writtenAt: Timestamp
    }

    private final class Record: Sendable {
        let contents: Contents

        init(_ contents: Contents) { self.contents = contents }
    }

    /// Puts a record together.
    public init(
        receipt: IngestReceipt,
        account: AccountID,
        catalogVersion: Int,
        isSandbox: Bool,
        payload: [UInt8],
        trace: String?,
        origin: IngestOrigin,
        writtenAt: Timestamp
    ) {
        record = Record(
            Contents(
                receipt: receipt,
                account: account,
                catalogVersion: catalogVersion,
                isSandbox: isSandbox,
                payload: payload,
                trace: trace,
                origin: origin,
                writtenAt: writtenAt
            )
        )
    }

    /// By everything that is recorded.
    public static func == (left: IngestRecord, right: IngestRecord) -> Bool {
        left.record.contents == right.record.contents
    }

    /// By everything that is recorded.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(record.contents)
    }
}

extension IngestRecord {
    /// The record that a draft has become.
    package init(_ draft: IngestDraft, _ receipt: IngestReceipt, writtenAt: Timestamp) {
        var isSandbox = false
        if case .sandbox = draft.clock { isSandbox = true }
        self.init(
            receipt: receipt,
            account: draft.account,
            catalogVersion: draft.catalogVersion,
            isSandbox: isSandbox,
            payload: draft.payload,
            trace: draft.trace,
            origin: draft.origin,
            writtenAt: writtenAt
        )
    }
}
