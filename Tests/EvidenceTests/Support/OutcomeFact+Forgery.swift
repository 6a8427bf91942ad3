// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import ExactValues
import OutcomeDomain

// What a forger makes of a fact; facts of other kinds stay as they are.
extension OutcomeFact {
    private func with(_ event: OutcomeEvent) -> OutcomeFact {
        OutcomeFact(event: event, time: time, cause: cause)
    }

    var isSettlement: Bool {
        if case .settled = event { true } else { false }
    }

    func at(_ time: Timestamp) -> OutcomeFact {
        OutcomeFact(event: event, time: time, cause: cause)
    }

    func changingApplied(
        _ applies: Bool,
        _ change: (SignalApplied) -> SignalApplied
    ) -> [OutcomeFact] {
        guard applies, case .signalApplied(let applied) = event else { return [self] }
        return [with(.signalApplied(change(applied)))]
    }

    func changingCode(_ applies: Bool, to code: DeadLetterCode) -> [OutcomeFact] {
        guard applies, case .signalRedriven(let redriven) = event else { return [self] }
        let changed = SignalRedriven(
            eventID: redriven.eventID,
            code: code,
            reason: redriven.reason,
            catalogVersion: redriven.catalogVersion
        )
        return [with(.signalRedriven(changed))]
    }

    /// The charge for another quantity, at a price; the product is right.
    func changingCharge(quantity: String, price: String) -> [OutcomeFact] {
        guard case .settled(let settled) = event, let charge = settled.ending.charge,
            let forged = Charge(quantity: quantity, price: price, charge.currency)
        else { return [self] }
        return [with(.settled(OutcomeSettled(ending: .confirmed(forged), proof: settled.proof)))]
    }

    func confirming(quantity: String, price: String) -> [OutcomeFact] {
        guard case .settled(let settled) = event, let dollars = Currency("USD"),
            let charge = Charge(quantity: quantity, price: price, dollars)
        else { return [self] }
        return [with(.settled(OutcomeSettled(ending: .confirmed(charge), proof: settled.proof)))]
    }

    /// A late signal as if it had counted.
    func applyingLateSignal() -> [OutcomeFact] {
        guard case .signalDeadLettered(let letter) = event, letter.code == .outcomeNotOpen else {
            return [self]
        }
        let applied = SignalApplied(
            signal: letter.signal,
            number: 4,
            settlesAt: letter.signal.receivedAt.adding(seconds: 3_600),
            scheduledResolution: .confirmed,
            proof: Proof(truth: [true], decidedBy: [4])
        )
        return [with(.signalApplied(applied))]
    }

    func changingTerms(price: String? = nil, customer: Text? = nil) -> [OutcomeFact] {
        guard case .opened(let opened) = event else { return [self] }
        let terms = opened.terms
        let forged = OutcomeTerms(
            agent: terms.agent,
            agentInferred: terms.agentInferred,
            customer: customer.flatMap { CustomerKey($0) } ?? terms.customer,
            contractVersion: terms.contractVersion,
            contract: terms.contract,
            rateCard: terms.rateCard,
            rateCardVersion: terms.rateCardVersion,
            price: price.flatMap { Decimal($0) } ?? terms.price,
            currency: terms.currency,
            catalogVersion: terms.catalogVersion
        )
        return [with(.opened(OutcomeOpened(terms: forged)))]
    }
}

extension Charge {
    fileprivate init?(quantity: String, price: String, _ currency: Currency) {
        guard let quantity = WideDecimal(quantity), let price = Decimal(price) else { return nil }
        self.init(quantity: quantity, amount: WideDecimal(price) * quantity, currency: currency)
    }
}

extension SignalApplied {
    func with(resolution: Resolution) -> SignalApplied {
        SignalApplied(
            signal: signal,
            number: number,
            settlesAt: settlesAt,
            scheduledResolution: resolution,
            proof: proof
        )
    }

    func flippingProof() -> SignalApplied {
        SignalApplied(
            signal: signal,
            number: number,
            settlesAt: settlesAt,
            scheduledResolution: scheduledResolution,
            proof: Proof(truth: proof.truth.map { !$0 }, decidedBy: proof.decidedBy)
        )
    }
}

extension Posting {
    func with(quantity: String, amount: String) -> Posting? {
        guard let quantity = WideDecimal(quantity), let amount = WideDecimal(amount) else {
            return nil
        }
        return Posting(
            account: account,
            key: key,
            customer: customer,
            agent: agent,
            price: price,
            charge: Charge(quantity: quantity, amount: amount, currency: currency),
            settledAt: settledAt,
            recordedAt: recordedAt,
            source: source
        )
    }
}
