// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain

/// One value of every written form, awkward on purpose: the golden files hold what they look like.
enum Samples {
    /// A value a sample needs could not be made: the sample itself is wrong.
    struct Unmakeable: Error {}

    static func need<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Unmakeable() }
        return value
    }

    /// "Café" with é as one scalar.
    static let composed: Text = "Caf\u{E9}"
    /// "Café" with é as e and an accent: another text.
    static let decomposed: Text = "Cafe\u{301}"
    static let awkward: Text = "say \"hi\" \\ to\nthe\ttab\u{1} and 🎉 \u{2028}"

    static func time(_ text: String = "2026-03-04T10:12:00.123456Z") throws -> Timestamp {
        try need(Timestamp(text))
    }

    static func eventID(_ number: UInt64) -> EventID {
        EventID(
            partition: 63,
            fingerprint: 0xFEDC_BA98_7654_3210,
            unique: 0x0199_AABB_CCDD_0000 + number,
            salt: 0x8001
        )
    }

    static func contract() throws -> Contract {
        let json = """
            {"settlement_period":3600,"attribution_method":"sum","unit":"résolution",\
            "condition":[{"fact":"resolved","operator":"seen"},\
            {"not":{"fact":"Caf\u{E9}","operator":"match","value":"\\"no\\""}},\
            {"any":[{"fact":"csat","operator":"not lte","value":2.50},\
            {"fact":"csat","operator":"count_eq","value":0}]}]}
            """
        return try Contract(json: JSONReader.read(Array(json.utf8)))
    }

    static func account() throws -> AccountID { try need(AccountID("acct_0123456789abcdef")) }

    /// `isTimely`: Whether time alone has brought what it is about.
    static func context(trace: String?, isTimely: Bool = false) throws -> EnvelopeContext {
        EnvelopeContext(
            node: "node-\"1\"",
            batch: 987_654_321,
            recordedAt: try time("2026-03-04T10:12:01Z"),
            trace: trace,
            passage: trace == nil ? nil : try passage(isTimely: isTimely)
        )
    }

    static func passage(
        isTimely: Bool = false,
        by node: String = "node 2",
        request: String? = "req_7"
    ) throws -> EventPassage {
        let accepted = try time("2026-03-04T10:12:00.5Z")
        let acceptance = Acceptance(
            node: node,
            acceptedAt: accepted,
            writtenAt: accepted.adding(microseconds: 412),
            request: request
        )
        return EventPassage(
            acceptance: isTimely ? nil : acceptance,
            // A clock that is behind.
            takenAt: accepted.adding(microseconds: -1_000),
            decidedAt: accepted.adding(microseconds: 95)
        )
    }

    static func signal(_ number: UInt64, full: Bool, value: SignalValue? = nil) throws -> Signal {
        let received = try time()
        guard full else {
            return Signal(
                eventID: eventID(number),
                position: IngestPosition(Int64(number)),
                receivedAt: received,
                action: try need(Action("x")),
                customer: try need(CustomerKey(composed))
            )
        }
        return Signal(
            eventID: eventID(number),
            position: IngestPosition(Int64(number)),
            receivedAt: received,
            action: try need(Action(decomposed)),
            customer: try need(CustomerKey(composed)),
            agent: try need(Slug("support-agent_1")),
            value: value,
            attribution: try need(Decimal("0.000000000000000001")),
            settlesAt: received.adding(seconds: 60),
            occurredAt: try time("1970-01-01T00:00:00Z"),
            idempotencyKey: awkward
        )
    }
}

// MARK: Outcome events

extension Samples {
    static func terms() throws -> OutcomeTerms {
        OutcomeTerms(
            agent: try need(Slug("support-agent_1")),
            agentInferred: true,
            customer: try need(CustomerKey(composed)),
            contractVersion: 3,
            contract: try contract(),
            rateCard: try need(Slug("2026")),
            rateCardVersion: 2,
            price: try need(Decimal("1234567890123456.123456789012345678")),
            currency: try need(Currency("KWD")),
            catalogVersion: 41
        )
    }

    /// Events by the name of their golden file; the numbers make each a version of one stream.
    static func outcomeEvents() throws -> [(name: String, event: OutcomeEvent)] {
        let proof = Proof(
            truth: [true, false, true, true, false, true],
            decidedBy: [3, nil, 1, 12, nil, 3]
        )
        let wide = try need(
            WideDecimal("98765432109876543210987654321098765432109876543210.000000001")
        )
        let charge = Charge(
            quantity: wide,
            amount: wide * WideDecimal(try need(Decimal("0.002"))),
            currency: try need(Currency("JPY"))
        )
        let applied: [(String, SignalValue?, Resolution?)] = [
            (
                "signal_applied",
                .number(try need(Decimal("-12345678901234567.12345678901234567"))), nil
            ),
            ("signal_applied-string", .string(awkward), .confirmed),
            ("signal_applied-boolean", .boolean(false), .failed),
        ]
        var events: [(String, OutcomeEvent)] = [
            ("outcome_opened", .opened(OutcomeOpened(terms: try terms())))
        ]
        for (index, (name, value, resolution)) in applied.enumerated() {
            events.append(
                (
                    name,
                    .signalApplied(
                        SignalApplied(
                            signal: try signal(UInt64(index + 1), full: true, value: value),
                            number: index + 1,
                            settlesAt: try time("9999-12-31T23:59:59.999999Z"),
                            scheduledResolution: resolution,
                            proof: proof
                        )
                    )
                )
            )
        }
        let bare = try signal(9, full: false)
        events += [
            (
                "signal_dead_lettered",
                .signalDeadLettered(
                    SignalDeadLettered(
                        signal: bare,
                        code: .agentAmbiguous,
                        parked: true,
                        catalogVersion: 41
                    )
                )
            ),
            (
                "signal_redriven",
                .signalRedriven(SignalRedriven(eventID: eventID(9), code: nil, reason: awkward))
            ),
            (
                "signal_redriven-kept",
                .signalRedriven(
                    SignalRedriven(
                        eventID: eventID(9),
                        code: .customerNotFound,
                        reason: nil,
                        catalogVersion: 42
                    )
                )
            ),
            (
                "signal_discarded",
                .signalDiscarded(SignalDiscarded(eventID: eventID(9), reason: decomposed))
            ),
            ("outcome_settled", .settled(OutcomeSettled(ending: .confirmed(charge), proof: proof))),
            ("outcome_settled-failed", .settled(OutcomeSettled(ending: .failed, proof: proof))),
            ("outcome_settled-missed", .settled(OutcomeSettled(ending: .missed, proof: proof))),
        ]
        return events
    }

    /// The facts of `outcomeEvents`, chained as one stream.
    static func outcomeChain() throws -> [(name: String, fact: OutcomeFact, stored: StoredEvent)] {
        let stream = StreamID.outcome(try account(), "key \"\u{E9}e\u{301}\\")
        var chain: [(name: String, fact: OutcomeFact, stored: StoredEvent)] = []
        for (name, event) in try outcomeEvents() {
            let number = chain.count + 1
            let fact = OutcomeFact(
                event: event,
                time: try time().adding(microseconds: Int64(number)),
                cause: Cause(
                    position: IngestPosition(9_007_199_254_740_993),
                    eventID: eventID(77),
                    author: number.isMultiple(of: 2) ? "tok_0123456789abcdef" : nil
                )
            )
            let isSealed = number == 2
            let stored = OutcomeEventSchema.store(
                fact,
                stream: stream,
                version: number,
                partition: Partition(63),
                position: LogPosition(Int64(1000 + number)),
                metadata: isSealed
                    ? MetadataSlot(encryption: 1, keyID: [0xAB, 0xCD], bytes: [1, 2, 3])
                    : number == 3 ? .plain(Array(#"{"channel":"é"}"#.utf8)) : .empty,
                context: try context(
                    trace: number == 1 ? nil : "00-0af7651916cd43dd-01",
                    isTimely: name.hasPrefix("outcome_settled")
                ),
                previous: chain.last?.stored.hash ?? .zero
            )
            chain.append((name, fact, stored))
        }
        return chain
    }
}
