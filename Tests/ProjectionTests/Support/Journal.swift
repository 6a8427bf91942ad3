// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain

/// Plays records through the domain and keeps what a node would have written.
///
/// The prices: `bot` costs 0.5, `mage` 0.002; customers are those whose key begins with `c`.
struct Journal {
    let partitioning: Partitioning
    private(set) var facts: [LoggedFact] = []
    private(set) var stored: [StoredEvent] = []
    private var streams: [StreamID: (outcome: Outcome, version: Int, hash: Digest)] = [:]
    private var heads: [Partition: Int64] = [:]
    private var records: Int64 = 0
    /// What the envelope says; later by this than the fact's time.
    var recordedLaterBySeconds = 0
    var trace: String?
    /// The request that the next records come with.
    var request: String?
    /// Customers that do not exist yet.
    var missingCustomers: Set<CustomerKey> = []

    init(partitions: Int = 4) {
        guard let partitioning = Partitioning(count: partitions) else {
            preconditionFailure("no such number of partitions")
        }
        self.partitioning = partitioning
    }

    /// The facts of outcomes among them.
    var outcomeFacts: [RecordedFact] { facts.compactMap(\.outcome) }

    // MARK: Records

    @discardableResult
    mutating func signal(
        _ outcome: Text,
        _ name: Text = "resolved",
        at second: Int,
        customer payer: Text = "c1",
        agent: Text? = "bot",
        attribution: String? = nil,
        idempotencyKey: Text? = nil,
        account owner: AccountID = account()
    ) -> EventID {
        let position = nextPosition()
        let eventID = self.eventID(position, outcome, owner)
        let signal = Signal(
            eventID: eventID,
            position: position,
            receivedAt: instant(second),
            action: action(name),
            customer: customer(payer),
            agent: agent.map(slug),
            attribution: attribution.map(decimal),
            idempotencyKey: idempotencyKey
        )
        execute(.submit(signal), outcome, owner)
        return eventID
    }

    /// A record of delivered value on a stream of its own.
    @discardableResult
    mutating func value(
        _ title: Text,
        kind: ValueKind = .taskComplete,
        usd: String? = nil,
        agent: Int64? = nil,
        user: Int64? = nil,
        metadata: String = "",
        at second: Int,
        account owner: AccountID = account()
    ) -> EventID {
        let position = nextPosition()
        let key = Text("value-\(position.value)")
        let eventID = self.eventID(position, key, owner)
        let value = ValueTitle(title).flatMap { title in
            DeliveredValue(
                kind: kind,
                title: title,
                usd: usd.map(decimal),
                agent: agent,
                user: user
            )
        }
        guard let value else { preconditionFailure("a sample is no record of value") }
        let fact = ValueFact(
            value: value,
            idempotencyKey: nil,
            time: instant(second),
            cause: Cause(position: position, eventID: eventID, author: "internal")
        )
        let partition = partitioning.partition(
            fingerprint: Partitioning.fingerprint(account: owner, key: key)
        )
        let place = LogPosition((heads[partition] ?? 0) + 1)
        heads[partition] = place.value
        let context = EnvelopeContext(
            node: "test",
            batch: 1,
            recordedAt: fact.time.adding(seconds: Int64(recordedLaterBySeconds)),
            trace: trace
        )
        let event = ValueEventSchema.store(
            fact,
            stream: .value(owner, key),
            partition: partition,
            position: place,
            metadata: metadata.isEmpty ? .empty : .plain(Array(metadata.utf8)),
            context: context
        )
        stored.append(event)
        facts.append(.value(RecordedValue(event, fact: fact, context: context)))
        return eventID
    }

    mutating func settle(
        _ outcome: Text,
        through second: Int,
        account owner: AccountID = account()
    ) {
        execute(.settle(through: instant(second)), outcome, owner)
    }

    mutating func redrive(
        _ eventID: EventID,
        of outcome: Text,
        at second: Int,
        account owner: AccountID = account()
    ) {
        let position = nextPosition()
        let cause = Cause(
            position: position,
            eventID: self.eventID(position, outcome, owner),
            author: "tok_1"
        )
        execute(
            .redrive(Redrive(eventID: eventID, at: instant(second), cause: cause, reason: nil)),
            outcome,
            owner
        )
    }

    mutating func discard(
        _ eventID: EventID,
        of outcome: Text,
        at second: Int,
        account owner: AccountID = account()
    ) {
        let position = nextPosition()
        let cause = Cause(
            position: position,
            eventID: self.eventID(position, outcome, owner),
            author: "tok_1"
        )
        execute(
            .discard(Discard(eventID: eventID, at: instant(second), cause: cause, reason: "spam")),
            outcome,
            owner
        )
    }

    // MARK: Writing

    private mutating func nextPosition() -> IngestPosition {
        records += 1
        return IngestPosition(records)
    }

    private func eventID(
        _ position: IngestPosition,
        _ outcome: Text,
        _ owner: AccountID
    ) -> EventID {
        let fingerprint = Partitioning.fingerprint(account: owner, key: outcome)
        return EventID(
            partition: UInt16(partitioning.partition(fingerprint: fingerprint).number),
            fingerprint: fingerprint,
            unique: UInt64(position.value),
            salt: 7
        )
    }

    private mutating func execute(
        _ command: OutcomeCommand,
        _ outcome: Text,
        _ owner: AccountID
    ) {
        let stream = StreamID.outcome(owner, outcome)
        var state = streams[stream] ?? (Outcome(), 0, .zero)
        let partition = partitioning.partition(
            fingerprint: Partitioning.fingerprint(account: owner, key: outcome)
        )
        let made = state.outcome.execute(command, routing: routing)
        let passage = passage(of: command, at: made.map(\.time).max() ?? .earliest)
        for fact in made {
            let position = LogPosition((heads[partition] ?? 0) + 1)
            heads[partition] = position.value
            state.version += 1
            let context = EnvelopeContext(
                node: "test",
                batch: 1,
                recordedAt: fact.time.adding(seconds: Int64(recordedLaterBySeconds)),
                trace: trace,
                passage: passage
            )
            let event = OutcomeEventSchema.store(
                fact,
                stream: stream,
                version: state.version,
                partition: partition,
                position: position,
                metadata: .empty,
                context: context,
                previous: state.hash
            )
            state.hash = event.hash
            stored.append(event)
            facts.append(.outcome(RecordedFact(event, fact: fact, context: context)))
        }
        streams[stream] = state
    }

    /// Accepted, written, taken and decided a millisecond after each other.
    private func passage(of command: OutcomeCommand, at time: Timestamp) -> EventPassage {
        let acceptance = Acceptance(
            node: "other",
            acceptedAt: time,
            writtenAt: time.adding(microseconds: 1_000),
            request: request
        )
        var isTimely = false
        if case .settle = command { isTimely = true }
        return EventPassage(
            acceptance: isTimely ? nil : acceptance,
            takenAt: time.adding(microseconds: 2_000),
            decidedAt: time.adding(microseconds: 3_000)
        )
    }

    private func routing(_ signal: Signal) -> Routing {
        guard let agent = signal.agent else {
            return .unroutable(.agentAmbiguous, catalogVersion: 1)
        }
        guard signal.customer.text.utf8.first == 0x63, !missingCustomers.contains(signal.customer)
        else { return .unroutable(.customerNotFound, catalogVersion: 1) }
        return .terms(
            OutcomeTerms(
                agent: agent,
                agentInferred: false,
                customer: signal.customer,
                contractVersion: 1,
                contract: contract,
                rateCard: slug("standard"),
                rateCardVersion: 1,
                price: decimal(agent == slug("mage") ? "0.002" : "0.5"),
                currency: currency(signal.customer == customer("c-yen") ? "JPY" : "USD"),
                catalogVersion: 1
            )
        )
    }
}

extension Journal {
    /// A day of traffic that has something of everything, over two accounts.
    static func mixed(outcomes: Int = 60) -> Journal {
        var journal = Journal()
        for number in 0..<outcomes {
            let outcome = Text("outcome-\(number)")
            let owner = number.isMultiple(of: 7) ? account("acct_beta") : account()
            let payer = Text("c\(number % 5)")
            let agent: Text = number.isMultiple(of: 3) ? "mage" : "bot"
            let start = number * 40_000
            if number.isMultiple(of: 4) {
                journal.value(
                    Text("work \(number)"),
                    kind: number.isMultiple(of: 8) ? .dealClosed : .taskComplete,
                    usd: number.isMultiple(of: 12) ? nil : "0.\(number)1",
                    agent: number.isMultiple(of: 16) ? nil : Int64(number % 3),
                    user: number.isMultiple(of: 20) ? nil : Int64(7 + number % 2 * 4),
                    metadata: number.isMultiple(of: 8) ? #"{"n":\#(number)}"# : "",
                    at: start,
                    account: owner
                )
            }
            switch number % 6 {
            case 0:
                journal.signal(
                    outcome,
                    "asked",
                    at: start,
                    customer: payer,
                    agent: agent,
                    account: owner
                )
            case 1, 2:
                journal.signal(
                    outcome,
                    at: start,
                    customer: payer,
                    agent: agent,
                    attribution: "3.25",
                    account: owner
                )
                journal.signal(
                    outcome,
                    "thanked",
                    at: start + 5,
                    customer: payer,
                    account: owner
                )
            case 3:
                journal.signal(outcome, at: start, customer: payer, agent: agent, account: owner)
                journal.signal(
                    outcome,
                    "reopened",
                    at: start + 9,
                    customer: payer,
                    agent: nil,
                    account: owner
                )
            case 4:
                journal.signal(
                    outcome,
                    "asked",
                    at: start,
                    customer: payer,
                    agent: nil,
                    account: owner
                )
                journal.signal(
                    outcome,
                    at: start + 20,
                    customer: payer,
                    agent: agent,
                    account: owner
                )
            default:
                journal.signal(outcome, at: start, customer: "nobody", account: owner)
                let spam = journal.signal(
                    outcome,
                    at: start + 1,
                    customer: "nobody",
                    account: owner
                )
                if number % 4 == 1 {
                    journal.discard(spam, of: outcome, at: start + 2, account: owner)
                }
            }
            journal.settle(outcome, through: start + 10_000, account: owner)
            if number.isMultiple(of: 4) {
                journal.signal(
                    outcome,
                    at: start + 20_000,
                    customer: payer,
                    agent: agent,
                    account: owner
                )
            }
        }
        return journal
    }
}
