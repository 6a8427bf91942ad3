// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain
import Testing

@Suite("Routing: which agent, which price, or why none")
struct RoutingTests {
    /// Two agents, a card with both, and customer "c" on it.
    private func market() throws -> CatalogSpec {
        var spec = try CatalogSpec()
        try spec.given(
            CatalogSpec.putAgent("a", "resolved", "csat"),
            CatalogSpec.putAgent("b", "booked", "csat"),
            CatalogSpec.putCard("r", [("a", 1), ("b", 2)]),
            CatalogSpec.putCustomer("c", card: "r")
        )
        return spec
    }

    @Test("a named agent gives the terms, all copied from this version")
    func named() throws {
        let spec = try market()
        let terms = try spec.terms(agent: "b")
        #expect(terms.agent.text == "b")
        #expect(!terms.agentInferred)
        #expect(terms.customer.text == "c")
        #expect(terms.contractVersion == 1)
        #expect(terms.contract == spec.catalog.agent(terms.agent)?.contract)
        #expect(terms.rateCard.text == "r")
        #expect(terms.rateCardVersion == 1)
        #expect(terms.price == 2)
        #expect(terms.currency.code == "USD")
        #expect(terms.catalogVersion == spec.catalog.version)
    }

    @Test("an unknown or archived agent is not found")
    func agentNotFound() throws {
        var spec = try market()
        #expect(try spec.routing(agent: "zz").refusal == .agentNotFound)
        try spec.given(CatalogSpec.archiveAgent("b"))
        #expect(try spec.routing(agent: "b").refusal == .agentNotFound)
    }

    @Test("without a name, the only agent whose condition mentions the action is meant")
    func inferredByAction() throws {
        let spec = try market()
        let terms = try spec.terms(action: "booked")
        #expect(terms.agent.text == "b")
        #expect(terms.agentInferred)
    }

    @Test("none or several fitting agents are ambiguous")
    func ambiguous() throws {
        let spec = try market()
        #expect(try spec.routing(action: "csat").refusal == .agentAmbiguous)
        #expect(try spec.routing(action: "other").refusal == .agentAmbiguous)
        #expect(try spec.routing(at: 1).refusal == .agentAmbiguous)
        #expect(try spec.routing(at: 0).refusal == .agentAmbiguous)
    }

    @Test("the only agent of the account is meant, whatever its condition mentions")
    func onlyAgent() throws {
        var spec = try CatalogSpec()
        try spec.given(
            CatalogSpec.putAgent("a", "resolved"),
            CatalogSpec.putCard("r", [("a", 1)]),
            CatalogSpec.putCustomer("c", card: "r")
        )
        #expect(try spec.terms(action: "never heard of").agent.text == "a")
        #expect(try spec.terms(action: "never heard of").agentInferred)
    }

    @Test("archived agents are not inferred: the one that is left is the only one")
    func archivedAreNotInferred() throws {
        var spec = try market()
        try spec.given(CatalogSpec.archiveAgent("b"))
        #expect(try spec.terms(action: "booked").agent.text == "a")
        try spec.given(CatalogSpec.archiveAgent("a"))
        #expect(try spec.routing(action: "resolved").refusal == .agentAmbiguous)
        try spec.given(CatalogSpec.putAgent("b", "booked", "csat"))
        #expect(try spec.terms(action: "resolved").agent.text == "b")
        try spec.given(CatalogSpec.putAgent("a", "resolved", "csat"))
        #expect(try spec.routing(action: "csat").refusal == .agentAmbiguous)
        #expect(try spec.terms(action: "resolved").agent.text == "a")
    }

    @Test("an archived agent leaves an action to the other that mentions it")
    func archivedLeavesTheAction() throws {
        var spec = try market()
        try spec.given(CatalogSpec.putAgent("d", "csat", "shipped"))
        try spec.given(CatalogSpec.archiveAgent("a"))
        #expect(try spec.routing(action: "csat").refusal == .agentAmbiguous)
        try spec.given(CatalogSpec.archiveAgent("d"))
        #expect(try spec.terms(action: "csat").agent.text == "b")
    }

    @Test("a contract that no longer mentions an action is no longer inferred by it")
    func changedContract() throws {
        var spec = try market()
        let before = spec.catalog.version
        try spec.given(CatalogSpec.putAgent("a", "resolved"))
        #expect(try spec.terms(action: "csat").agent.text == "b")
        #expect(try spec.routing(action: "csat", at: before).refusal == .agentAmbiguous)
        try spec.given(CatalogSpec.putAgent("b", "closed"))
        #expect(try spec.routing(action: "booked").refusal == .agentAmbiguous)
        #expect(try spec.terms(action: "closed").agent.text == "b")
    }

    @Test("an unknown or archived customer is not found; reviving finds it again")
    func customerNotFound() throws {
        var spec = try market()
        #expect(
            try spec.routing(agent: "a", customer: "zz").refusal == .customerNotFound
        )
        try spec.given(CatalogSpec.archiveCustomer("c"))
        #expect(try spec.routing(agent: "a").refusal == .customerNotFound)
        try spec.given(CatalogSpec.putCustomer("c", card: "r"))
        #expect(try spec.terms(agent: "a").price == 1)
    }

    @Test("a customer without a rate card has none to be found")
    func rateCardNotFound() throws {
        var spec = try market()
        try spec.given(CatalogSpec.putCustomer("c"))
        #expect(try spec.routing(agent: "a").refusal == .rateCardNotFound)
    }

    @Test("a rate card without an entry for the agent is the last reason")
    func entryNotFound() throws {
        var spec = try market()
        try spec.given(CatalogSpec.putCard("r", [("a", 1)]))
        #expect(try spec.routing(agent: "b").refusal == .rateCardEntryNotFound)
        #expect(try spec.terms(agent: "a").rateCardVersion == 2)
    }

    @Test("an archived rate card stays in force")
    func archivedRateCard() throws {
        var spec = try market()
        try spec.given(.archiveRateCard(try CatalogSpec.slug("r")))
        #expect(try spec.terms(agent: "a").price == 1)
    }

    @Test("where several reasons apply, the first of the list is given")
    func precedence() throws {
        var spec = try market()
        #expect(
            try spec.routing(agent: "zz", customer: "zz").refusal == .agentNotFound
        )
        #expect(
            try spec.routing(customer: "zz", action: "csat").refusal == .agentAmbiguous
        )
        try spec.given(CatalogSpec.putCustomer("c"), CatalogSpec.archiveCustomer("c"))
        #expect(try spec.routing(agent: "a").refusal == .customerNotFound)
    }

    @Test("everything is judged by the version asked for, however much has changed since")
    func versions() throws {
        var spec = try market()
        let then = spec.catalog.version
        try spec.given(
            CatalogSpec.putAgent("a", "resolved", "csat", period: 99),
            CatalogSpec.putCard("r", [("a", 7), ("b", 8)], currency: "EUR"),
            CatalogSpec.putCard("s", [("a", 9)]),
            CatalogSpec.putCustomer("c", card: "s"),
            CatalogSpec.archiveAgent("a"),
            CatalogSpec.archiveCustomer("c")
        )
        #expect(try spec.routing(agent: "a", at: then - 1).refusal == .customerNotFound)
        let old = try spec.terms(agent: "a", at: then)
        #expect(old.price == 1)
        #expect(old.currency.code == "USD")
        #expect(old.contractVersion == 1)
        #expect(old.catalogVersion == then)
        #expect(try spec.terms(agent: "a", at: then + 1).contractVersion == 2)
        let repriced = try spec.terms(agent: "a", at: then + 2)
        #expect(repriced.price == 7)
        #expect(repriced.rateCardVersion == 2)
        #expect(try spec.terms(agent: "a", at: then + 4).price == 9)
        #expect(try spec.routing(agent: "a", at: then + 5).refusal == .agentNotFound)
        #expect(try spec.routing(agent: "b", at: then + 5).refusal == .rateCardEntryNotFound)
        #expect(try spec.routing(agent: "b", at: then + 6).refusal == .customerNotFound)
    }

    @Test("actions are compared by their bytes")
    func actionBytes() throws {
        var spec = try market()
        try spec.given(CatalogSpec.putAgent("d", "caf\u{E9}"))
        #expect(
            try spec.routing(action: "cafe\u{301}").refusal == .agentAmbiguous
        )
        #expect(
            try spec.routing(action: "caf\u{E9}").refusal == .rateCardEntryNotFound
        )
    }
}

@Suite("Routing against a plain search of the history")
struct RoutingPropertyTests {
    /// The same question, answered by folding the stream up to the version and looking at all.
    private func expected(
        _ facts: [CatalogFact],
        _ action: Text,
        at version: Int
    ) throws -> Slug? {
        var catalog = Catalog()
        for fact in facts.prefix(version) {
            catalog.evolve(fact)
        }
        let active = catalog.agents.filter { !$0.isArchived }
        if active.count == 1 { return active[0].key }
        let wanted = try CatalogSpec.need(Action(action))
        let fitting = active.filter { $0.contract.facts.contains(wanted) }
        return fitting.count == 1 ? fitting[0].key : nil
    }

    @Test(
        "inference agrees at every version of random histories",
        arguments: 1...20 as ClosedRange<UInt64>
    )
    func inference(seed: UInt64) throws {
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let agents: [Text] = ["a", "b", "d", "e"]
        let actions: [Text] = ["p", "q", "s"]
        var spec = try CatalogSpec()
        for agent in agents {
            try spec.given(CatalogSpec.putAgent(agent, "p"))
        }
        try spec.given(
            CatalogSpec.putCard("r", agents.map { ($0, 1) }),
            CatalogSpec.putCustomer("c", card: "r")
        )
        let start = spec.catalog.version
        for _ in 0..<60 {
            let agent = agents[random(agents.count)]
            if random(3) == 0 {
                try spec.given(CatalogSpec.archiveAgent(agent))
            } else {
                let first = actions[random(3)]
                try spec.given(CatalogSpec.putAgent(agent, first, actions[random(3)]))
            }
        }
        for version in start...spec.catalog.version {
            for action in actions {
                let inferred = try expected(spec.facts, action, at: version)
                switch try spec.routing(action: action, at: version) {
                case .terms(let terms): #expect(terms.agent == inferred, "\(version) \(action)")
                case .unroutable(let code, _):
                    #expect(code == .agentAmbiguous)
                    #expect(inferred == nil, "\(version) \(action)")
                }
            }
        }
    }
}

extension Routing {
    /// Why a signal cannot open its outcome; nil when it can.
    fileprivate var refusal: DeadLetterCode? {
        guard case .unroutable(let code, _) = self else { return nil }
        return code
    }
}
