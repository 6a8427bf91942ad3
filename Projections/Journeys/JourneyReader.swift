// SPDX-License-Identifier: Apache-2.0

public import BillingLedger
import EventSchema
public import EventStore
public import ExactValues
import OutcomeDomain
public import ProjectionKit

/// Finds journeys: the event's own facts in the log, the times of read models, and the index for
/// ids that do not lead anywhere themselves.
public struct JourneyReader: Sendable {
    let log: any StoreContents
    private let index: (any JourneyIndex)?
    private let arrivals: (any ArrivalsReader)?
    private let ledger: (any BillingLedgerReader)?

    /// Reads from a store and its read models; without those it finds events by what the log knows.
    public init(
        log: any StoreContents,
        index: (any JourneyIndex)?,
        arrivals: (any ArrivalsReader)?,
        ledger: (any BillingLedgerReader)?
    ) {
        self.log = log
        self.index = index
        self.arrivals = arrivals
        self.ledger = ledger
    }

    /// The journey of an accepted event; nil when unknown or another account's.
    public func journey(
        of eventID: EventID,
        account: AccountID
    ) async throws(StoreError) -> Journey? {
        // As with its fate: what is processed between the two looks is found by the third.
        if let decided = try await decided(eventID, account) { return decided }
        if let waiting = try await waiting(eventID, account) { return waiting }
        return try await decided(eventID, account)
    }

    func blocks(
        of mark: JourneyMark,
        after place: PartitionPlace?
    ) async throws(StoreError) -> [JourneyBlock] {
        guard let index else { throw Self.noReadModels }
        return try await index.blocks(of: mark, after: place, limit: Self.blocksLimit)
    }

    func posting(
        _ id: PostingID,
        _ account: AccountID
    ) async throws(StoreError) -> Posting? {
        guard let ledger else { throw Self.noReadModels }
        return try await ledger.posting(id, account: account)
    }

    private static let noReadModels = StoreError(
        .unavailable,
        detail: "there are no read models to look it up in"
    )

    /// Takes what is stored in the log as a fact.
    func recorded(_ event: StoredEvent) throws(StoreError) -> RecordedFact {
        do throws(SchemaError) {
            return try OutcomeEventSchema.recorded(from: event)
        } catch {
            throw StoreError(.damaged, detail: "\(error)")
        }
    }

    private func decided(
        _ eventID: EventID,
        _ account: AccountID
    ) async throws(StoreError) -> Journey? {
        var facts = try await facts(about: eventID, account)
        // What followed from a redrive that counted bears the redrive's id: opening and settlement.
        if let redrive = facts.first(where: { $0.isAppliedByRedrive })?.fact.cause.eventID {
            facts += try await self.facts(about: redrive, account)
            facts.sort { $0.version < $1.version }
        }
        guard var journey = Journey(eventID, facts) else { return nil }
        guard let arrivals else { return journey }
        let places = journey.passages.compactMap(\.place)
        for (index, found) in try await arrivals.arrivals(at: places).enumerated() {
            journey.passages[index].arrivals = found
        }
        return journey
    }

    private func facts(
        about eventID: EventID,
        _ account: AccountID
    ) async throws(StoreError) -> [RecordedFact] {
        var facts: [RecordedFact] = []
        for event in try await log.facts(about: eventID)
        where event.stream.account == account && event.stream.kind == .outcome {
            facts.append(try recorded(event))
        }
        return facts
    }

    private func waiting(
        _ eventID: EventID,
        _ account: AccountID
    ) async throws(StoreError) -> Journey? {
        guard Int(eventID.partition) < log.partitioning.count,
            let record = try await log.waitingRecord(eventID), record.account == account,
            case .signal(let signal)? = try? IngestPayload(decoding: record.payload)
        else { return nil }
        let partition = record.receipt.partition
        let cursor = try await log.state(of: [partition])[partition]?.cursor ?? .start
        let place = record.receipt.position
        return Journey(
            eventID: eventID,
            key: signal.key.text,
            action: signal.action,
            receivedAt: record.receipt.receivedAt,
            status: .waiting,
            code: nil,
            isParked: false,
            passages: [],
            wait: JourneyWait(
                acceptance: Acceptance(record),
                place: place,
                recordsAhead: max(0, place.value - cursor.value - 1)
            )
        )
    }
}

extension RecordedFact {
    fileprivate var isAppliedByRedrive: Bool {
        guard case .signalApplied = fact.event else { return false }
        return fact.cause.author != nil
    }
}
