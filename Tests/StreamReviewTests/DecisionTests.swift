// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import StreamReview
import Testing

/// Streams whose chains and hashes are right, and whose decisions are not.
@Suite("Decisions made again")
struct DecisionTests {
    private func settled() throws -> Chronicle {
        var chronicle = try Chronicle.ready()
        try chronicle.signal("asked", at: 10)
        try chronicle.signal("resolved", at: 20, attribution: "1.5")
        chronicle.settle(through: 200)
        return chronicle
    }

    @Test("a changed amount is named, from and to")
    func amount() throws {
        let forged = try settled().forged { _, fact in
            guard case .settled(let settled) = fact.event, let charge = settled.ending.charge else {
                return [fact]
            }
            let more = Charge(
                quantity: charge.quantity,
                amount: charge.amount + charge.amount,
                currency: charge.currency
            )
            return [
                fact.with(.settled(OutcomeSettled(ending: .confirmed(more), proof: settled.proof)))
            ]
        }
        let findings = forged.findings(by: .recorded)
        #expect(
            findings.map(\.fault) == [.amountDiffers(from: "6 USD for 1.5", to: "3 USD for 1.5")]
        )
        #expect(findings.codes == ["4 amount_differs"])
    }

    @Test("a changed verdict is named, from and to")
    func verdict() throws {
        let forged = try settled().forged { _, fact in
            guard case .settled(let settled) = fact.event else { return [fact] }
            return [fact.with(.settled(OutcomeSettled(ending: .failed, proof: settled.proof)))]
        }
        #expect(
            forged.findings(by: .recorded).map(\.fault)
                == [.verdictDiffers(from: "FAILED", to: "CONFIRMED 3 USD")]
        )
    }

    @Test("a changed price is found with the catalog, and only with it")
    func price() throws {
        var dear = try Chronicle.ready()
        try dear.putCard(price: "3")
        try dear.signal("resolved", at: 20)
        dear.settle(through: 200)
        let forged = try dear.forged { _, fact in
            guard case .opened(let opened) = fact.event else { return [fact] }
            let terms = opened.terms
            let cheaper = OutcomeTerms(
                agent: terms.agent,
                agentInferred: terms.agentInferred,
                customer: terms.customer,
                contractVersion: terms.contractVersion,
                contract: terms.contract,
                rateCard: terms.rateCard,
                rateCardVersion: 1,
                price: 2,
                currency: terms.currency,
                catalogVersion: terms.catalogVersion
            )
            return [fact.with(.opened(OutcomeOpened(terms: cheaper)))]
        }
        #expect(forged.findings(by: .recorded).codes == ["3 amount_differs"])
        #expect(forged.findings(by: .catalog).codes == ["1 terms_differ", "1 terms_differ"])
    }

    @Test("a settlement that is missing, early, or of nothing is found")
    func settlements() throws {
        var late = try settled()
        try late.signal("resolved", at: 300)
        let missing = try late.forged { version, fact in version == 4 ? [] : [fact] }
        #expect(missing.findings(by: .recorded).codes == ["4 fact_missing"])

        var early = try Chronicle.ready()
        try early.signal("asked", at: 10)
        let cut = try early.forged { version, fact in
            guard version == 2, case .signalApplied(let applied) = fact.event else { return [fact] }
            let settled = OutcomeSettled(ending: .missed, proof: applied.proof)
            return [
                fact,
                OutcomeFact(event: .settled(settled), time: instant(50), cause: fact.cause),
            ]
        }
        #expect(cut.findings(by: .recorded).codes == ["3 fact_surplus"])
    }

    @Test("a signal in the window that was judged after its end is found")
    func acceptedMeansCounted() throws {
        var chronicle = try settled()
        try chronicle.signal("reopened", at: 300)
        let forged = try chronicle.forged { _, fact in
            guard case .signalDeadLettered(let letter) = fact.event else { return [fact] }
            let signal = letter.signal.received(at: instant(60))
            let same = SignalDeadLettered(signal: signal, code: letter.code, parked: false)
            return [
                OutcomeFact(event: .signalDeadLettered(same), time: instant(60), cause: fact.cause)
            ]
        }
        #expect(forged.findings(by: .recorded).codes == ["5 settled_early"])
    }

    @Test("records in another order than their places are found")
    func order() throws {
        let chronicle = try settled()
        let facts = chronicle.facts
        let forged = try chronicle.forged { version, fact in
            switch version {
            case 2: [facts[2]]
            case 3: [facts[1]]
            default: [fact]
            }
        }
        #expect(!forged.findings(by: .recorded).isEmpty)
    }

    @Test("a dead letter that the catalog would have routed is found with the catalog")
    func deadLetter() throws {
        var chronicle = try Chronicle.ready()
        try chronicle.signal("asked", at: 10, customer: "nobody")
        #expect(chronicle.findings(by: .catalog) == [])
        let forged = try chronicle.forged { _, fact in
            guard case .signalDeadLettered(let letter) = fact.event else { return [fact] }
            let other = SignalDeadLettered(
                signal: letter.signal,
                code: .rateCardNotFound,
                parked: true,
                catalogVersion: letter.catalogVersion
            )
            return [fact.with(.signalDeadLettered(other))]
        }
        #expect(forged.findings(by: .recorded) == [])
        #expect(
            forged.findings(by: .catalog).map(\.fault)
                == [.verdictDiffers(from: "RATE_CARD_NOT_FOUND", to: "CUSTOMER_NOT_FOUND")]
        )
    }

    @Test("a catalog version that is not there is named, and the stream taken at its word")
    func unknownVersion() throws {
        let chronicle = try settled()
        var findings: [ReviewFinding] = []
        var review = OutcomeReview(of: chronicle.stream, by: .catalog(try Chronicle().catalog))
        for event in chronicle.events { review.take(event, into: &findings) }
        review.finish(into: &findings)
        #expect(findings.map(\.fault) == [.catalogVersionUnknown(4)])
    }

    @Test("an opening whose own signal is missing is found, and what follows is judged on")
    func cutOpening() throws {
        var chronicle = try Chronicle.ready()
        try chronicle.signal("asked", at: 10)
        try chronicle.signal("resolved", at: 20)
        let forged = try chronicle.forged { version, fact in version == 2 ? [] : [fact] }
        #expect(forged.findings(by: .recorded).codes.first == "2 fact_missing")
    }
}

extension OutcomeFact {
    func with(_ event: OutcomeEvent) -> OutcomeFact {
        OutcomeFact(event: event, time: time, cause: cause)
    }
}

extension Signal {
    func received(at instant: Timestamp) -> Signal {
        Signal(
            eventID: eventID,
            position: position,
            receivedAt: instant,
            action: action,
            customer: customer,
            agent: agent
        )
    }
}
