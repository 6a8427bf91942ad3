// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain

extension Samples {
    /// Events by the name of their golden file.
    static func catalogEvents() throws -> [(name: String, event: CatalogEvent)] {
        let agent = try need(Slug("support-agent_1"))
        let card = try need(Slug("2026"))
        let token = try need(TokenID("tok_0123456789abcdef"))
        let largest = try need(Decimal("9999999999999999.999999999999999999"))
        return [
            (
                "account_created",
                .accountCreated(
                    AccountCreated(
                        account: try account(),
                        name: awkwardName,
                        isSandbox: true,
                        clock: try time()
                    )
                )
            ),
            (
                "account_created-live",
                .accountCreated(
                    AccountCreated(account: try account(), name: composed, isSandbox: false)
                )
            ),
            (
                "agent_put",
                .agentPut(
                    AgentPut(
                        agent: agent,
                        name: decomposed,
                        contractVersion: 7,
                        contract: try contract()
                    )
                )
            ),
            ("agent_archived", .agentArchived(agent)),
            (
                "customer_put",
                .customerPut(
                    CustomerPut(
                        customer: try need(CustomerKey(decomposed)),
                        name: awkwardName,
                        rateCard: card
                    )
                )
            ),
            (
                "customer_put-bare",
                .customerPut(
                    CustomerPut(
                        customer: try need(CustomerKey("c")),
                        name: composed,
                        rateCard: nil
                    )
                )
            ),
            ("customer_archived", .customerArchived(try need(CustomerKey(awkwardName)))),
            (
                "rate_card_put",
                .rateCardPut(
                    RateCardPut(
                        rateCard: card,
                        name: composed,
                        currency: try need(Currency("USD")),
                        version: 2,
                        entries: [
                            RateCardEntry(agent: try need(Slug("a")), price: .zero),
                            RateCardEntry(agent: agent, price: largest),
                        ]
                    )
                )
            ),
            (
                "rate_card_put-empty",
                .rateCardPut(
                    RateCardPut(
                        rateCard: card,
                        name: composed,
                        currency: try need(Currency("CLF")),
                        version: 1,
                        entries: []
                    )
                )
            ),
            ("rate_card_archived", .rateCardArchived(card)),
            (
                "token_created",
                .tokenCreated(
                    TokenCreated(
                        id: token,
                        name: awkwardName,
                        prefix: "assay_0123456789abcdef_0123456789abcdef",
                        secretHash: Digest.sha256(Array("secret".utf8)),
                        scopes: [.admin, .read, .ingest]
                    )
                )
            ),
            (
                "token_created-bare",
                .tokenCreated(
                    TokenCreated(
                        id: token,
                        name: nil,
                        prefix: "p",
                        secretHash: Digest.sha256([]),
                        scopes: [.read]
                    )
                )
            ),
            ("token_revoked", .tokenRevoked(token)),
            ("personal_data_erased", .personalDataErased(try erasure(reason: awkward))),
            ("personal_data_erased-bare", .personalDataErased(try erasure(reason: nil))),
        ]
    }

    private static func erasure(reason: Text?) throws -> PersonalDataErasure {
        PersonalDataErasure(
            customer: try need(CustomerKey(decomposed)),
            position: IngestPosition(12),
            eventID: eventID(3),
            requestedAt: try time(),
            reason: reason
        )
    }

    /// A name may hold quotes and backslashes, but no control characters.
    static let awkwardName: Text = "O'Brien \"& Sons\" \\ 🎉"

    /// The facts of `catalogEvents`, chained as one stream.
    static func catalogChain() throws -> [(name: String, fact: CatalogFact, stored: StoredEvent)] {
        var chain: [(name: String, fact: CatalogFact, stored: StoredEvent)] = []
        for (name, event) in try catalogEvents() {
            let number = chain.count + 1
            let fact = CatalogFact(
                event: event,
                version: number,
                time: try time().adding(seconds: Int64(number)),
                author: number == 1 ? .commandLine : Author(text: "tok_0123456789abcdef")
            )
            let stored = CatalogEventSchema.store(
                event: event,
                time: fact.time,
                author: fact.author,
                account: try account(),
                version: number,
                partition: Partition(64),
                position: LogPosition(Int64(number)),
                context: try context(trace: nil),
                previous: chain.last?.stored.hash ?? .zero
            )
            chain.append((name, fact, stored))
        }
        return chain
    }
}

// MARK: Ingest payloads

extension Samples {
    /// Payloads by the name of their golden file.
    static func payloads() throws -> [(name: String, payload: IngestPayload)] {
        let key = try need(OutcomeKey("key \"\u{E9}e\u{301}\\"))
        return [
            ("payload_signal", .signal(try signalPayload())),
            ("payload_value", .value(try valuePayload(full: true))),
            ("payload_value-bare", .value(try valuePayload(full: false))),
            (
                "payload_signal-bare",
                .signal(
                    SignalPayload(
                        key: key,
                        action: try need(Action("x")),
                        customer: try need(CustomerKey(decomposed))
                    )
                )
            ),
            ("payload_signal-sealed", .signal(try sealedPayload())),
            (
                "payload_redrive",
                .redrive(
                    RedrivePayload(
                        key: key,
                        eventID: eventID(1),
                        author: "cli",
                        reason: awkward
                    )
                )
            ),
            (
                "payload_redrive-bare",
                .redrive(
                    RedrivePayload(key: key, eventID: eventID(1), author: "cli", reason: nil)
                )
            ),
            (
                "payload_discard",
                .discard(
                    DiscardPayload(
                        key: key,
                        eventID: eventID(2),
                        author: "tok_0123456789abcdef",
                        reason: decomposed
                    )
                )
            ),
            (
                "payload_clock_advance",
                .clockAdvanced(ClockAdvancePayload(to: try time(), author: "cli"))
            ),
            (
                "payload_erasure",
                .erasure(
                    ErasurePayload(
                        customer: try need(CustomerKey(decomposed)),
                        author: "tok_0123456789abcdef",
                        reason: awkward
                    )
                )
            ),
            (
                "payload_erasure-bare",
                .erasure(
                    ErasurePayload(
                        customer: try need(CustomerKey(decomposed)),
                        author: "cli",
                        reason: nil
                    )
                )
            ),
        ]
    }

    private static func sealedPayload() throws -> SignalPayload {
        SignalPayload(
            key: try need(OutcomeKey("key \"\u{E9}e\u{301}\\")),
            action: try need(Action("x")),
            customer: try need(CustomerKey(decomposed))
        )
        .sealed(
            in: MetadataSlot(
                encryption: 1,
                keyID: Array(0..<16),
                bytes: Array(240...255) + Array(0..<20)
            )
        )
    }

    static func signalPayload(
        value: SignalValue? = nil,
        idempotencyKey: Text? = awkward
    ) throws -> SignalPayload {
        SignalPayload(
            key: try need(OutcomeKey("key \"\u{E9}e\u{301}\\")),
            action: try need(Action(awkward)),
            customer: try need(CustomerKey(composed)),
            agent: try need(Slug("support-agent_1")),
            value: try value
                ?? .number(need(Decimal("-12345678901234567.12345678901234567"))),
            attribution: try need(Decimal("2.5")),
            settlesAt: try time("2026-03-05T00:00:00+02:00"),
            occurredAt: try time("2026-03-04T10:00:00Z"),
            idempotencyKey: idempotencyKey,
            metadata: Array(#"{"a":[1,{"}":"]\""}],"b":null}"#.utf8)
        )
    }
}
