// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import ExactValues
import OutcomeDomain
import OutcomesFeed

/// One outcome, as it is or as it was.
struct OutcomePage: PageModel {
    /// What the outcome copied from the catalog when it opened.
    struct Terms {
        let agent: String
        let agentPath: String
        let isInferred: Bool
        let customer: String
        let customerPath: String
        let contractVersion: Int
        let contractHash: String
        let price: String
        let rateCard: String
        let rateCardPath: String
        let rateCardVersion: Int
        let period: String
        let method: String
    }

    /// What is billed, or would be.
    struct Bill {
        let amount: String
        let quantity: String
        let isBilled: Bool
        let signals: [AttributedLine]
        let hasMore: Bool
    }

    struct AttributedLine {
        let signal: SignalLink
        let attribution: String
    }

    /// A line of the ledger.
    struct Line {
        let account: String
        let debit: String?
        let credit: String?
    }

    struct Ledger {
        let posting: String
        let path: String
        let recordedAt: Instant
        let currency: String
        let lines: [Line]
    }

    /// A signal that did not count.
    struct Letter {
        let signal: SignalLink
        let code: String
        let isLate: Bool
        let isParked: Bool
    }

    /// Where on its stream the outcome is looked at.
    struct Past {
        let version: Int
        /// The outcome as it is now.
        let now: String
        let before: String?
        let after: String
    }

    let template = "outcome"
    let shell: Shell
    let key: String
    let path: String
    /// Nil while no signal has opened it.
    let state: String?
    let then: String?
    let reason: String
    let openedAt: Instant?
    let settlesAt: Instant?
    let isFinal: Bool
    let signals: Int
    let version: Int
    let counterfactual: String?
    let noCounterfactual: String?
    let tree: [ConditionTree]
    let turnedBy: SignalLink?
    let terms: Terms?
    let bill: Bill?
    let ledger: Ledger?
    let letters: [Letter]
    let hasMoreLetters: Bool
    let hasLetters: Bool
    let timeline: [TimelineItem]
    let older: String?
    let newer: String?
    let past: Past?
    let evidence: String
    /// What the page's script listens to; nil for a look back.
    let live: String?
    let curls: [CurlCommand]
}

extension OutcomePage.Terms {
    init(_ terms: OutcomeTerms) {
        let contract = terms.contract
        self.init(
            agent: terms.agent.text.string,
            agentPath: AgentPages.path(of: terms.agent),
            isInferred: terms.agentInferred,
            customer: terms.customer.text.string,
            customerPath: CustomerPages.path(of: terms.customer),
            contractVersion: terms.contractVersion,
            contractHash: contract.hash.hex,
            price: Money.text(WideDecimal(terms.price), terms.currency),
            rateCard: terms.rateCard.text.string,
            rateCardPath: RateCardPages.path(of: terms.rateCard),
            rateCardVersion: terms.rateCardVersion,
            period: PeriodText.of(seconds: contract.settlementPeriodSeconds),
            method: contract.attributionMethod.rawValue
        )
    }
}

extension OutcomePage.Bill {
    /// So many signals are named.
    private static let signalLimit = 20

    init?(_ explanation: Explanation) {
        guard let charge = explanation.charge else { return nil }
        self.init(
            amount: Money.text(charge.amount, charge.currency),
            quantity: "\(charge.quantity)",
            isBilled: explanation.isBilled,
            signals: explanation.contributions.prefix(Self.signalLimit).map {
                OutcomePage.AttributedLine(
                    signal: SignalLink($0.signal),
                    attribution: "\($0.attribution)"
                )
            },
            hasMore: explanation.contributions.count > Self.signalLimit
        )
    }
}

extension OutcomePage.Ledger {
    init(_ posting: Posting) {
        self.init(
            posting: posting.id.description,
            path: LedgerPages.path(of: posting.id),
            recordedAt: Instant(posting.recordedAt),
            currency: posting.currency.code,
            lines: posting.lines.map { line in
                OutcomePage.Line(
                    account: line.ledgerAccount.description,
                    debit: line.amount.isNegative
                        ? nil : Money.digits(line.amount, posting.currency),
                    credit: line.amount.isNegative
                        ? Money.digits(-line.amount, posting.currency) : nil
                )
            }
        )
    }
}

/// A number of seconds in the largest units that say it exactly.
enum PeriodText {
    static func of(seconds: Int) -> String {
        for (unit, length) in [("days", 86_400), ("hours", 3_600), ("minutes", 60)]
        where seconds >= length && seconds.isMultiple(of: length) {
            let count = seconds / length
            return count == 1 ? "1 \(unit.dropLast())" : "\(count) \(unit)"
        }
        return seconds == 1 ? "1 second" : "\(seconds) seconds"
    }
}
