// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
public import EventSchema
public import EventStore
public import ExactValues
public import OutcomeDomain
import Tracing

/// A validated event on its way into the ingest log.
public struct SignalSubmission: Sendable {
    /// What was posted.
    public let payload: SignalPayload
    /// The W3C trace context it came with, if any.
    public let trace: String?
    /// The id of the request it came with, if any.
    public let request: String?

    /// Puts a submission together.
    public init(payload: SignalPayload, trace: String?, request: String? = nil) {
        self.payload = payload
        self.trace = trace
        self.request = request
    }
}

/// Why nothing was accepted.
public enum IntakeError: Error, Sendable {
    /// The clock cannot be trusted at the moment (503).
    case clockInDoubt(String)
    /// Too many accepted records wait to be processed (503).
    case backlogFull
    /// The token was revoked meanwhile (401).
    case tokenRevoked
    /// The store could not take it.
    case store(StoreError)
}

/// The front door of the log: gives each record its id, partition, clock, claim and catalog
/// version, and returns when it is durable.
public final class Intake: Sendable {
    /// At most this many accepted records wait to be processed, unless set otherwise.
    public static let defaultBacklogLimitRecords = 20_000_000

    let clockTurns = AccountTurns()
    let tracing = RuntimeTracing()
    let log: any IngestLog
    let catalogs: CatalogDirectory
    let ring: KeyRing
    private let partitioning: Partitioning
    private let clock: any WallClock
    private let node: String
    private let identifiers: Identifiers
    private let backlogLimitRecords: Int
    private let backlog: @Sendable () -> Int
    let onAccepted: @Sendable ([Partition]) -> Void

    /// Opens the door.
    ///
    /// `backlog`: How many accepted records wait to be processed.
    ///
    /// `onAccepted`: Told of partitions that have new records; must not block.
    public init(
        log: any IngestLog,
        catalogs: CatalogDirectory,
        keys ring: KeyRing,
        partitioning: Partitioning,
        clock: any WallClock,
        node: String,
        identifiers: Identifiers = Identifiers(),
        backlogLimitRecords: Int = Intake.defaultBacklogLimitRecords,
        backlog: @escaping @Sendable () -> Int,
        onAccepted: @escaping @Sendable ([Partition]) -> Void
    ) {
        self.log = log
        self.catalogs = catalogs
        self.ring = ring
        self.partitioning = partitioning
        self.clock = clock
        self.node = node
        self.identifiers = identifiers
        self.backlogLimitRecords = backlogLimitRecords
        self.backlog = backlog
        self.onAccepted = onAccepted
    }
}

// MARK: Signals

extension Intake {
    /// At most this far after its receipt may a signal's own `settles_at` lie (SPEC 3).
    public static let settlesAtHorizonSeconds: Int64 = 15_552_000

    /// Accepts signals, durable on return; results come in their order, each signal's its own.
    ///
    /// None is `outdated`: what was made by an older catalog is made anew by the newer one.
    /// - Throws: When none was accepted and all for the same reason.
    public func submit(
        _ submissions: [SignalSubmission],
        as principal: Principal
    ) async throws(IntakeError) -> [IngestResult] {
        try await append(submissions.count, as: principal) { principal throws(IntakeError) in
            try await seals(for: submissions, as: principal)
        } make: { index, seals, principal, now throws(IntakeError) in
            try draft(submissions[index], with: seals, as: principal, now: now)
        }
    }

    private func draft(
        _ submission: SignalSubmission,
        with seals: IntakeSeals,
        as principal: Principal,
        now: Timestamp
    ) throws(IntakeError) -> IngestDraft {
        let key = submission.payload.key.text
        let place = place(of: key, principal)
        let eventID = identifiers.event(
            in: place.partition,
            fingerprint: place.fingerprint,
            at: now
        )
        let signal = try SealedSignal(
            submission.payload,
            of: eventID,
            account: principal.account,
            with: seals
        )
        let payload = signal.payload
        return draft(
            .signal(payload),
            of: eventID,
            in: place.partition,
            as: principal,
            now: now,
            floor: payload.occurredAt,
            earliestReceipt: payload.settlesAt?.adding(seconds: -Self.settlesAtHorizonSeconds),
            claim: claim(signal, account: principal.account),
            trace: submission.trace,
            request: submission.request
        )
    }

    /// A key is scoped to account and outcome key; the body is compared without it (SPEC 3).
    private func claim(_ signal: SealedSignal, account: AccountID) -> IdempotencyClaim? {
        guard let key = signal.payload.idempotencyKey else { return nil }
        return IdempotencyClaim(
            scope: IdempotencyClaim.scope(
                of: key,
                on: signal.payload.key.text,
                account: account
            ),
            body: signal.body
        )
    }
}

// MARK: Requests about what was accepted

extension Intake {
    /// Asks for dead letters to be tried again; each is a record of its key's partition.
    public func redrive(
        _ letters: [(key: OutcomeKey, eventID: EventID)],
        reason: Text?,
        as principal: Principal,
        trace: String? = nil,
        request: String? = nil
    ) async throws(IntakeError) -> [IngestReceipt] {
        let author = principal.author.text
        return try await accept(letters, as: principal, trace, request) { letter in
            .redrive(
                RedrivePayload(
                    key: letter.key,
                    eventID: letter.eventID,
                    author: author,
                    reason: reason
                )
            )
        }
    }

    /// Gives dead letters up for good.
    public func discard(
        _ letters: [(key: OutcomeKey, eventID: EventID)],
        reason: Text,
        as principal: Principal,
        trace: String? = nil,
        request: String? = nil
    ) async throws(IntakeError) -> [IngestReceipt] {
        let author = principal.author.text
        return try await accept(letters, as: principal, trace, request) { letter in
            .discard(
                DiscardPayload(
                    key: letter.key,
                    eventID: letter.eventID,
                    author: author,
                    reason: reason
                )
            )
        }
    }

    private func accept(
        _ letters: [(key: OutcomeKey, eventID: EventID)],
        as principal: Principal,
        _ trace: String?,
        _ request: String?,
        payload: ((key: OutcomeKey, eventID: EventID)) -> IngestPayload
    ) async throws(IntakeError) -> [IngestReceipt] {
        let results = try await append(letters.count, as: principal) { index, principal, now in
            draft(
                payload(letters[index]),
                key: letters[index].key.text,
                as: principal,
                now: now,
                trace: trace,
                request: request
            )
        }
        return try receipts(results)
    }

    /// Moves a sandbox account's test clock; it never goes back.
    public func advanceClock(
        to instant: Timestamp,
        as principal: Principal
    ) async throws(IntakeError) -> IngestReceipt {
        let results = try await advanceClock(to: instant, claim: nil, as: principal, .none)
        guard let receipt = try receipts(results).first else {
            throw .store(StoreError(.unavailable, detail: "a clock advance was not accepted"))
        }
        return receipt
    }

    func advanceClock(
        to instant: Timestamp,
        claim: IdempotencyClaim?,
        as principal: Principal,
        _ cause: ChangeCause
    ) async throws(IntakeError) -> [IngestResult] {
        let payload = ClockAdvancePayload(to: instant, author: principal.author.text)
        return try await append(1, as: principal) { _, principal, now in
            draft(
                .clockAdvanced(payload),
                key: "",
                as: principal,
                now: now,
                floor: instant,
                claim: claim,
                trace: cause.trace,
                request: cause.request
            )
        }
    }

    /// What a sandbox account's test clock says.
    public func testClock(of principal: Principal) async throws(IntakeError) -> Timestamp {
        do {
            let stored = try await log.sandboxClock(of: principal.account)
            return max(stored ?? .earliest, principal.catalog.initialClock ?? .earliest)
        } catch {
            throw .store(error)
        }
    }

    /// Where they lie; to ask again for what is done already changes nothing.
    func receipts(_ results: [IngestResult]) throws(IntakeError) -> [IngestReceipt] {
        var receipts: [IngestReceipt] = []
        for result in results {
            switch result {
            case .accepted(let receipt), .duplicate(let receipt, _): receipts.append(receipt)
            case .failed(let error): throw .store(error)
            case .refused, .outdated: break
            }
        }
        return receipts
    }
}

// MARK: Drafts

extension Intake {
    func admit() throws(IntakeError) -> Timestamp {
        let reading = clock.read()
        if let doubt = reading.doubt { throw .clockInDoubt(doubt) }
        guard backlog() < backlogLimitRecords else { throw .backlogFull }
        return reading.now
    }

    /// Where a key lies, and what leads there.
    func place(
        of key: Text,
        _ principal: Principal
    ) -> (partition: Partition, fingerprint: UInt64) {
        let account = principal.account
        let fingerprint = Partitioning.fingerprint(account: account, key: key)
        let partition =
            principal.catalog.isSandbox
            ? partitioning.partition(sandbox: account)
            : partitioning.partition(fingerprint: fingerprint)
        return (partition, fingerprint)
    }

    func draft(
        _ payload: IngestPayload,
        key: Text,
        as principal: Principal,
        now: Timestamp,
        floor: Timestamp? = nil,
        claim: IdempotencyClaim? = nil,
        trace: String? = nil,
        request: String? = nil
    ) -> IngestDraft {
        let (partition, fingerprint) = place(of: key, principal)
        return draft(
            payload,
            of: identifiers.event(in: partition, fingerprint: fingerprint, at: now),
            in: partition,
            as: principal,
            now: now,
            floor: floor,
            earliestReceipt: nil,
            claim: claim,
            trace: trace,
            request: request
        )
    }

    private func draft(
        _ payload: IngestPayload,
        of eventID: EventID,
        in partition: Partition,
        as principal: Principal,
        now: Timestamp,
        floor: Timestamp?,
        earliestReceipt: Timestamp?,
        claim: IdempotencyClaim?,
        trace: String?,
        request: String?
    ) -> IngestDraft {
        IngestDraft(
            account: principal.account,
            partition: partition,
            eventID: eventID,
            clock: principal.catalog.isSandbox
                ? .sandbox(floor: later(floor, principal.catalog.initialClock))
                : .live(now: now),
            earliestReceipt: earliestReceipt,
            claim: claim,
            catalogVersion: principal.catalog.version,
            payload: payload.encoded(),
            trace: trace,
            origin: IngestOrigin(node: node, acceptedAt: now, request: request)
        )
    }

    /// A sandbox's clock starts where the account was told to start it.
    private func later(_ floor: Timestamp?, _ initial: Timestamp?) -> Timestamp? {
        guard let floor, let initial else { return floor ?? initial }
        return max(floor, initial)
    }
}
