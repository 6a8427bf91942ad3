// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import StreamReview

/// A value a test needs could not be made: the test itself is wrong.
struct Unmakeable: Error {}

func need<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Unmakeable() }
    return value
}

/// One account with its catalog and one outcome, as a node would have written them.
struct Chronicle {
    static let key: Text = "conversation-1"
    let account: AccountID
    let stream: StreamID
    private(set) var catalog = Catalog()
    private(set) var changes: [StoredEvent] = []
    private(set) var events: [StoredEvent] = []
    private(set) var facts: [OutcomeFact] = []
    private(set) var outcome = Outcome()
    private var records: Int64 = 0
    private var places: Int64 = 0

    init() throws {
        account = try need(AccountID("acct_0123456789abcdef"))
        stream = .outcome(account, Self.key)
        try change(
            .createAccount(AccountCreated(account: account, name: "Acme", isSandbox: false))
        )
    }

    /// With an agent `bot` whose condition is `resolved` and not `reopened`, and a price of 2.
    static func ready(period: Int = 100) throws -> Chronicle {
        var chronicle = try Chronicle()
        try chronicle.putAgent("bot", period: period)
        try chronicle.putCard(price: "2")
        try chronicle.putCustomer("acme")
        return chronicle
    }

    // MARK: The catalog

    mutating func change(_ command: CatalogCommand) throws {
        for event in try catalog.decide(command) {
            let version = changes.count + 1
            let stored = CatalogEventSchema.store(
                event: event,
                time: instant(version),
                author: .commandLine,
                account: account,
                version: version,
                partition: Partition(4),
                position: LogPosition(Int64(version)),
                context: context(at: instant(version)),
                previous: changes.last?.hash ?? .zero
            )
            changes.append(stored)
            catalog.evolve(try CatalogEventSchema.fact(from: stored))
        }
    }

    mutating func putAgent(_ key: Text, period: Int = 100) throws {
        let condition = """
            [{"fact":"resolved","operator":"seen"},{"fact":"reopened","operator":"not_seen"}]
            """
        let contract = Contract(
            settlementPeriodSeconds: period,
            condition: try Condition(json: JSONReader.read(Array(condition.utf8))),
            attributionMethod: .sum
        )
        try change(.putAgent(try need(Slug(key)), AgentBody(name: key, contract: contract)))
    }

    mutating func putCard(price: String, agents: [Text] = ["bot"]) throws {
        let entries = try agents.map {
            RateCardEntry(agent: try need(Slug($0)), price: try need(Decimal(price)))
        }
        let body = RateCardBody(
            name: "Standard",
            currency: try need(Currency("USD")),
            entries: entries
        )
        try change(.putRateCard(try need(Slug("standard")), body))
    }

    mutating func putCustomer(_ key: Text) throws {
        try change(
            .putCustomer(
                try need(CustomerKey(key)),
                CustomerBody(name: key, rateCard: try need(Slug("standard")))
            )
        )
    }

    // MARK: Records

    @discardableResult
    mutating func signal(
        _ action: Text = "resolved",
        at second: Int,
        customer: Text = "acme",
        agent: Text? = nil,
        attribution: String? = nil,
        settlesAt: Int? = nil
    ) throws -> EventID {
        records += 1
        let signal = Signal(
            eventID: eventID(records),
            position: IngestPosition(records),
            receivedAt: instant(second),
            action: try need(Action(action)),
            customer: try need(CustomerKey(customer)),
            agent: try agent.map { try need(Slug($0)) },
            attribution: try attribution.map { try need(Decimal($0)) },
            settlesAt: settlesAt.map(instant)
        )
        execute(.submit(signal))
        return signal.eventID
    }

    mutating func redrive(_ letter: EventID, at second: Int) {
        records += 1
        let cause = Cause(
            position: IngestPosition(records),
            eventID: eventID(records),
            author: "tok_1"
        )
        execute(
            .redrive(Redrive(eventID: letter, at: instant(second), cause: cause, reason: nil))
        )
    }

    mutating func discard(_ letter: EventID, at second: Int) {
        records += 1
        let cause = Cause(
            position: IngestPosition(records),
            eventID: eventID(records),
            author: "tok_1"
        )
        execute(
            .discard(Discard(eventID: letter, at: instant(second), cause: cause, reason: "no"))
        )
    }

    mutating func settle(through second: Int) { execute(.settle(through: instant(second))) }

    private mutating func execute(_ command: OutcomeCommand) {
        let version = catalog.version
        for fact in outcome.execute(command, routing: { catalog.routing(for: $0, at: version) }) {
            write(fact)
        }
    }

    /// Writes a fact, whatever it says.
    mutating func write(_ fact: OutcomeFact, metadata: MetadataSlot = .empty) {
        places += 3  // other streams lie between
        events.append(
            OutcomeEventSchema.store(
                fact,
                stream: stream,
                version: events.count + 1,
                partition: Partition(1),
                position: LogPosition(places),
                metadata: metadata,
                context: context(at: fact.time),
                previous: events.last?.hash ?? .zero
            )
        )
        facts.append(fact)
    }

    private func context(at time: Timestamp) -> EnvelopeContext {
        EnvelopeContext(node: "a", batch: 7, recordedAt: time, trace: nil)
    }

    private func eventID(_ number: Int64) -> EventID {
        EventID(partition: 1, fingerprint: 2, unique: UInt64(number), salt: 3)
    }
}

/// So many seconds after the beginning of 1970.
func instant(_ seconds: Int) -> Timestamp { Timestamp.earliest.adding(seconds: Int64(seconds)) }

// MARK: Reviews

extension Chronicle {
    /// What a review finds, by itself and with the catalog, as codes with their versions.
    func findings(_ events: [StoredEvent]? = nil, by basis: ReviewKind) -> [ReviewFinding] {
        var review = OutcomeReview(
            of: stream,
            by: basis == .catalog ? .catalog(catalog) : .recorded
        )
        var findings: [ReviewFinding] = []
        for event in events ?? self.events {
            review.take(event, into: &findings)
        }
        review.finish(into: &findings)
        return findings
    }

    /// The same facts but for some, chained anew as a forger would who knows the form.
    func forged(_ change: (Int, OutcomeFact) -> [OutcomeFact]) throws -> Chronicle {
        var forged = try Chronicle()
        forged.catalog = catalog
        for (index, fact) in facts.enumerated() {
            for fact in change(index + 1, fact) {
                forged.write(fact)
            }
        }
        return forged
    }
}

/// Which basis a review of a test has.
enum ReviewKind: CaseIterable {
    case recorded
    case catalog
}

extension [ReviewFinding] {
    /// Each as its version and its code.
    var codes: [String] { map { "\($0.place.version) \($0.fault.code)" } }
}
