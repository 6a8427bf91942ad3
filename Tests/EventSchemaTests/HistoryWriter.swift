// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain

/// Makes streams with the domain, and stores them as a lane would.
struct HistoryWriter {
    private let name: String
    private let stream: StreamID
    private var outcome = Outcome()
    private var events: [StoredEvent] = []
    private var place: Int64
    private var record: Int64 = 0
    private var clock: Timestamp
    /// Customers the catalog knows.
    var customers: Set<CustomerKey> = []
    private let contract: Contract

    private static let partition = Partition(17)

    init(_ name: String, key: Text, contract: Contract, startingAt place: Int64) throws {
        self.name = name
        stream = .outcome(try Samples.account(), key)
        self.place = place
        self.contract = contract
        clock = try Samples.time("2026-03-04T10:12:00.000001Z")
        customers = [try Samples.need(CustomerKey("acme"))]
    }

    /// The history as it is now.
    var history: GoldenHistory { GoldenHistory(name, events, outcome) }

    /// Lets time pass.
    mutating func pass(seconds: Int64) { clock = clock.adding(seconds: seconds) }

    /// A signal comes; answers its event id.
    @discardableResult
    mutating func signal(
        _ action: Text,
        customer: Text = "acme",
        agent: Text? = nil,
        value: SignalValue? = nil,
        attribution: String? = nil,
        settlesIn: Int64? = nil,
        metadata: String? = nil,
        idempotencyKey: Text? = nil
    ) throws -> EventID {
        record += 1
        let signal = Signal(
            eventID: id(record),
            position: IngestPosition(record),
            receivedAt: clock,
            action: try Samples.need(Action(action)),
            customer: try Samples.need(CustomerKey(customer)),
            agent: try agent.map { try Samples.need(Slug($0)) },
            value: value,
            attribution: try attribution.map { try Samples.need(Decimal($0)) },
            settlesAt: settlesIn.map { clock.adding(seconds: $0) },
            occurredAt: idempotencyKey == nil ? nil : clock.adding(seconds: -3),
            idempotencyKey: idempotencyKey
        )
        try execute(
            .submit(signal),
            metadata: metadata.map { sealed(Array($0.utf8)) } ?? .empty
        )
        return signal.eventID
    }

    /// Somebody asks to try a dead letter again.
    mutating func redrive(_ eventID: EventID, reason: Text? = nil) throws {
        record += 1
        try execute(
            .redrive(Redrive(eventID: eventID, at: clock, cause: asked(), reason: reason))
        )
    }

    /// Somebody gives a dead letter up.
    mutating func discard(_ eventID: EventID, reason: Text) throws {
        record += 1
        try execute(
            .discard(Discard(eventID: eventID, at: clock, cause: asked(), reason: reason))
        )
    }

    /// The timer fires.
    mutating func settle() throws { try execute(.settle(through: clock)) }

    /// Metadata as it is stored: a slot that replaying never opens.
    private func sealed(_ bytes: [UInt8]) -> MetadataSlot {
        MetadataSlot(
            encryption: 1,
            keyID: (0..<16).map { UInt8($0) },
            bytes: bytes.map { $0 ^ 0xA5 }
        )
    }

    /// How the fact came here: what time alone has brought was not accepted by anybody.
    private func passage(isTimely: Bool) -> EventPassage {
        let acceptance = Acceptance(
            node: record.isMultiple(of: 3) ? "assay-2" : "assay-1",
            acceptedAt: clock.adding(microseconds: 10),
            writtenAt: clock.adding(microseconds: 450),
            request: record.isMultiple(of: 2) ? "req_0123456789abcdef" : nil
        )
        return EventPassage(
            acceptance: isTimely ? nil : acceptance,
            takenAt: clock.adding(microseconds: 900),
            decidedAt: clock.adding(microseconds: 1_100)
        )
    }

    private func asked() -> Cause {
        Cause(position: IngestPosition(record), eventID: id(record), author: "tok_0123456789")
    }

    private func id(_ number: Int64) -> EventID {
        EventID(
            partition: UInt16(Self.partition.number),
            fingerprint: Partitioning.fingerprint(account: stream.account, key: stream.key),
            unique: 0x0199_AABB_0000_0000 + UInt64(number),
            salt: 0x0042
        )
    }

    private mutating func execute(
        _ command: OutcomeCommand,
        metadata: MetadataSlot = .empty
    ) throws {
        let terms = try self.terms()
        let customers = customers
        let isTimely = if case .settle = command { true } else { false }
        let facts = outcome.execute(command) { signal in
            guard customers.contains(signal.customer) else {
                return .unroutable(.customerNotFound, catalogVersion: 11)
            }
            guard signal.agent == nil || signal.agent == terms.agent else {
                return .unroutable(.agentNotFound, catalogVersion: 11)
            }
            return .terms(terms)
        }
        var slot = metadata
        for fact in facts {
            let isArrival: Bool
            switch fact.event {
            case .signalApplied, .signalDeadLettered: isArrival = true
            case .opened, .signalRedriven, .signalDiscarded, .settled: isArrival = false
            }
            place += 3
            let stored = OutcomeEventSchema.store(
                fact,
                stream: stream,
                version: events.count + 1,
                partition: Self.partition,
                position: LogPosition(place),
                metadata: isArrival ? slot : .empty,
                context: EnvelopeContext(
                    node: "assay-1",
                    batch: place / 5,
                    recordedAt: clock.adding(microseconds: 1_250),
                    trace: record.isMultiple(of: 2)
                        ? "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" : nil,
                    passage: passage(isTimely: isTimely)
                ),
                previous: events.last?.hash ?? .zero
            )
            if isArrival { slot = .empty }
            events.append(stored)
        }
    }

    private func terms() throws -> OutcomeTerms {
        OutcomeTerms(
            agent: try Samples.need(Slug("support")),
            agentInferred: true,
            customer: try Samples.need(CustomerKey("acme")),
            contractVersion: 2,
            contract: contract,
            rateCard: try Samples.need(Slug("standard")),
            rateCardVersion: 4,
            price: try Samples.need(Decimal("0.99")),
            currency: try Samples.need(Currency("EUR")),
            catalogVersion: 11
        )
    }
}

// MARK: The histories

extension HistoryWriter {
    static func all() throws -> [GoldenHistory] {
        [
            try confirmed(), try failed(), try missed(), try parked(), try unopened(), try open(),
            try pending(),
        ]
    }

    private static func contract(_ method: String = "last") throws -> Contract {
        let json = """
            {"settlement_period":3600,"attribution_method":"\(method)","unit":"résolution",\
            "condition":[{"fact":"resolved","operator":"seen"},\
            {"fact":"reopened","operator":"not_seen"},\
            {"any":[{"fact":"csat","operator":"gte","value":3.5},\
            {"fact":"csat","operator":"count_eq","value":0},\
            {"fact":"csat","operator":"match","value":"great"},\
            {"fact":"approved","operator":"match","value":true}]}]}
            """
        return try Contract(json: JSONReader.read(Array(json.utf8)))
    }

    private static func confirmed() throws -> GoldenHistory {
        var stream = try HistoryWriter(
            "confirmed",
            key: "ticket \u{1F9FE} Cafe\u{301}",
            contract: contract(),
            startingAt: 100
        )
        try stream.signal("note", metadata: #"{"agent":"r2","text":"say \"hi\""}"#)
        stream.pass(seconds: 60)
        try stream.signal("resolved", attribution: "2.5", idempotencyKey: "first-try")
        try stream.signal("csat", value: .number(try Samples.need(Decimal("2.25"))))
        stream.pass(seconds: 600)
        try stream.signal("csat", value: .string("great"), attribution: "1.25", settlesIn: 30)
        try stream.signal("approved", agent: "support", value: .boolean(false))
        stream.pass(seconds: 3_600)
        let late = try stream.signal("reopened")
        try stream.signal("note")
        try stream.discard(late, reason: "came after the \"end\"")
        return stream.history
    }

    private static func failed() throws -> GoldenHistory {
        var stream = try HistoryWriter(
            "failed",
            key: "ticket-failed",
            contract: contract("sum"),
            startingAt: 1
        )
        try stream.signal("resolved", attribution: "0.000000000000000001")
        stream.pass(seconds: 5)
        try stream.signal("reopened", attribution: "3")
        let foreign = try stream.signal("resolved", customer: "globex")
        stream.pass(seconds: 5)
        try stream.redrive(foreign)
        stream.pass(seconds: 4_000)
        try stream.settle()
        return stream.history
    }

    private static func missed() throws -> GoldenHistory {
        var stream = try HistoryWriter(
            "missed",
            key: "ticket-missed",
            contract: contract(),
            startingAt: 7
        )
        try stream.signal("note", settlesIn: 0)
        return stream.history
    }

    private static func parked() throws -> GoldenHistory {
        var stream = try HistoryWriter(
            "parked",
            key: "ticket-parked",
            contract: contract("max"),
            startingAt: 5_000_000_000
        )
        let acme = stream.customers
        stream.customers = []
        let first = try stream.signal("resolved", metadata: "{}")
        stream.pass(seconds: 10)
        let stranger = try stream.signal("resolved", customer: "globex")
        stream.pass(seconds: 10)
        try stream.signal("csat", value: .number(4), attribution: "7")
        try stream.redrive(first, reason: "perhaps now")
        stream.customers = acme
        stream.pass(seconds: 7_200)
        try stream.redrive(first)
        stream.pass(seconds: 1)
        try stream.discard(stranger, reason: "no such customer")
        return stream.history
    }

    private static func unopened() throws -> GoldenHistory {
        var stream = try HistoryWriter(
            "unopened",
            key: "ticket-unopened",
            contract: contract(),
            startingAt: 40
        )
        stream.customers = []
        try stream.signal("resolved", agent: "ghost")
        try stream.signal("csat", value: .number(1))
        return stream.history
    }

    private static func open() throws -> GoldenHistory {
        var stream = try HistoryWriter(
            "open",
            key: "ticket-open",
            contract: contract("first"),
            startingAt: 60
        )
        try stream.signal("csat", value: .boolean(true), attribution: "5")
        stream.pass(seconds: 100)
        try stream.signal("csat", attribution: "9")
        return stream.history
    }

    private static func pending() throws -> GoldenHistory {
        var stream = try HistoryWriter(
            "pending",
            key: "ticket-pending",
            contract: contract("min"),
            startingAt: 80
        )
        try stream.signal("resolved", attribution: "2")
        stream.pass(seconds: 100)
        try stream.signal("csat", value: .number(3), attribution: "1")
        try stream.signal("resolved", agent: "other")
        return stream.history
    }
}
