// SPDX-License-Identifier: Apache-2.0

public import EventSchema
public import EventStore
public import ExactValues
public import OutcomeDomain

/// Answers questions from the log itself.
///
/// Queries never touch an actor: a stream is read and folded.
public struct OutcomeReader: Sendable {
    let eventLog: any EventLog
    let ingestLog: any IngestLog
    let partitioning: Partitioning
    let sealingKeys: (any SealingKeys)?

    /// Reads from these logs.
    ///
    /// `keys`: What metadata is opened with; without them what is sealed stays so.
    public init(
        eventLog: any EventLog,
        ingestLog: any IngestLog,
        partitioning: Partitioning,
        keys: (any SealingKeys)? = nil
    ) {
        self.eventLog = eventLog
        self.ingestLog = ingestLog
        self.partitioning = partitioning
        sealingKeys = keys
    }

    /// Every partition of the event log, in order; the last one is that of the catalogs.
    public var partitions: [Partition] {
        partitioning.outcomePartitions + [partitioning.catalogPartition]
    }

    /// Where a key's stream lives.
    public func partition(of key: OutcomeKey, account: AccountID, isSandbox: Bool) -> Partition {
        partitioning.partition(of: key.text, account: account, isSandbox: isSandbox)
    }

    /// The facts of a key after a version, in order, at most `limit`; empty for an unknown key.
    public func history(
        of key: OutcomeKey,
        account: AccountID,
        isSandbox: Bool,
        after version: Int = 0,
        limit: Int
    ) async throws(StoreError) -> [RecordedFact] {
        let events = try await eventLog.events(
            in: partition(of: key, account: account, isSandbox: isSandbox),
            of: .outcome(account, key.text),
            after: version,
            limit: limit
        )
        return try recorded(events)
    }

    /// A page of a key's facts.
    public struct HistoryPage: Sendable {
        /// The facts, in order; empty only when there is none after the place that was asked for.
        public let facts: [RecordedFact]
        /// The fact after them; nil when there is none.
        public let following: RecordedFact?
    }

    /// A page of the facts of a key after a version, in order: at most `limit`, and none after the
    /// one with which what is stored of them comes to `limitBytes`.
    public func historyPage(
        of key: OutcomeKey,
        account: AccountID,
        isSandbox: Bool,
        after version: Int,
        limit: Int,
        limitBytes: Int
    ) async throws(StoreError) -> HistoryPage {
        let events = try await eventLog.events(
            in: partition(of: key, account: account, isSandbox: isSandbox),
            of: .outcome(account, key.text),
            after: version,
            limit: limit,
            limitBytes: limitBytes
        )
        let facts = try recorded(events)
        guard let last = facts.last else { return HistoryPage(facts: [], following: nil) }
        let bytes = events.reduce(0) { $0 + $1.byteCount }
        guard facts.count == limit || bytes >= limitBytes else {
            return HistoryPage(facts: facts, following: nil)
        }
        let following = try await history(
            of: key,
            account: account,
            isSandbox: isSandbox,
            after: last.version,
            limit: 1
        ).first
        return HistoryPage(facts: facts, following: following)
    }

    private func recorded(_ events: [StoredEvent]) throws(StoreError) -> [RecordedFact] {
        var facts: [RecordedFact] = []
        facts.reserveCapacity(events.count)
        for event in events {
            facts.append(try recorded(event))
        }
        return facts
    }

    /// The state of a key, folded from its whole stream, with the stream's version.
    public func outcome(
        _ key: OutcomeKey,
        account: AccountID,
        isSandbox: Bool
    ) async throws(StoreError) -> (outcome: Outcome, version: Int) {
        let stream = StreamID.outcome(account, key.text)
        let partition = partition(of: key, account: account, isSandbox: isSandbox)
        let fold = try await eventLog.outcomes([partition: [stream]])[stream] ?? OutcomeFold()
        return (fold.outcome, fold.version)
    }

    /// The facts an accepted event has left on its stream, as they are stored, in order; empty when
    /// there are none, or the event is another account's.
    public func events(
        about eventID: EventID,
        account: AccountID
    ) async throws(StoreError) -> [StoredEvent] {
        guard Int(eventID.partition) < partitioning.count else { return [] }
        return try await eventLog.facts(about: eventID).filter { $0.stream.account == account }
    }

    private func recorded(_ event: StoredEvent) throws(StoreError) -> RecordedFact {
        do {
            return try OutcomeEventSchema.recorded(from: event)
        } catch {
            throw StoreError(.damaged, detail: "\(error)")
        }
    }
}

// MARK: The fate of an event

/// What has become of an accepted event (SPEC 4: exactly one of these at any time).
public struct EventFate: Hashable, Sendable {
    /// Waiting, applied, dead letter, or discarded.
    public enum Status: String, Hashable, Sendable {
        /// Accepted, and not yet judged.
        case waiting
        /// Counted.
        case applied
        /// Not counted, for the reason of its code; may be redriven or discarded.
        case deadLettered = "dead_lettered"
        /// Given up for good.
        case discarded
    }

    /// What has become of it.
    public let status: Status
    /// Why it is, or before its discard was, a dead letter.
    public let code: DeadLetterCode?
    /// Whether it waits on its key for a signal that opens the outcome.
    public let isParked: Bool
    /// The outcome key it is for.
    public let key: Text
    /// What it says happened.
    public let action: Action
    /// The time it is judged at.
    public let receivedAt: Timestamp
    /// The stream's version that says so; nil while waiting.
    public let version: Int?
    /// The reason of its discard.
    public let reason: Text?
}

extension OutcomeReader {
    /// What has become of an accepted event; nil when unknown or another account's.
    public func fate(
        of eventID: EventID,
        account: AccountID
    ) async throws(StoreError) -> EventFate? {
        // Facts are found at once, a waiting record only by looking through all that wait. One that
        // is processed in between is found as a fact the second time.
        if let decided = try await decidedFate(of: eventID, account: account) { return decided }
        if let waiting = try await waitingFate(of: eventID, account: account) { return waiting }
        return try await decidedFate(of: eventID, account: account)
    }

    private func decidedFate(
        of eventID: EventID,
        account: AccountID
    ) async throws(StoreError) -> EventFate? {
        try fate(from: try await eventLog.facts(about: eventID), account: account)
    }

    private func waitingFate(
        of eventID: EventID,
        account: AccountID
    ) async throws(StoreError) -> EventFate? {
        guard let waiting = try await ingestLog.waitingRecord(eventID),
            waiting.account == account
        else { return nil }
        guard case .signal(let signal)? = try? IngestPayload(decoding: waiting.payload) else {
            return nil
        }
        return EventFate(
            status: .waiting,
            code: nil,
            isParked: false,
            key: signal.key.text,
            action: signal.action,
            receivedAt: waiting.receipt.receivedAt,
            version: nil,
            reason: nil
        )
    }

    private func fate(
        from events: [StoredEvent],
        account: AccountID
    ) throws(StoreError) -> EventFate? {
        var fate: EventFate?
        for event in events
        where event.stream.account == account && event.stream.kind == .outcome {
            let recorded = try recorded(event)
            fate = fate?.followed(by: recorded) ?? EventFate(recorded)
        }
        return fate
    }
}

extension EventFate {
    /// The fate a fact tells by itself; nil for one that is not about a signal's arrival.
    fileprivate init?(_ recorded: RecordedFact) {
        switch recorded.fact.event {
        case .signalApplied(let applied):
            self.init(applied.signal, .applied, code: nil, isParked: false, recorded)
        case .signalDeadLettered(let letter):
            self.init(
                letter.signal,
                .deadLettered,
                code: letter.code,
                isParked: letter.parked,
                recorded
            )
        case .opened, .signalRedriven, .signalDiscarded, .settled:
            return nil
        }
    }

    private init(
        _ signal: Signal,
        _ status: Status,
        code: DeadLetterCode?,
        isParked: Bool,
        _ recorded: RecordedFact
    ) {
        self.init(
            status: status,
            code: code,
            isParked: isParked,
            key: recorded.stream.key,
            action: signal.action,
            receivedAt: signal.receivedAt,
            version: recorded.version,
            reason: nil
        )
    }

    /// The fate after one more fact about the same event.
    fileprivate func followed(by recorded: RecordedFact) -> EventFate {
        switch recorded.fact.event {
        case .signalApplied, .signalDeadLettered:
            return EventFate(recorded) ?? self
        case .signalRedriven(let redriven):
            return with(status, code: redriven.code ?? code, reason: reason, recorded)
        case .signalDiscarded(let discarded):
            return with(.discarded, code: code, reason: discarded.reason, recorded)
        case .opened, .settled:
            return self
        }
    }

    private func with(
        _ status: Status,
        code: DeadLetterCode?,
        reason: Text?,
        _ recorded: RecordedFact
    ) -> EventFate {
        EventFate(
            status: status,
            code: code,
            isParked: status == .deadLettered && isParked,
            key: key,
            action: action,
            receivedAt: receivedAt,
            version: recorded.version,
            reason: reason
        )
    }
}
