// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import ProjectionKit
import Testing

@Suite("Folding facts into postings")
struct BillingFoldTests {
    private func postings(_ journal: Journal) throws -> [Posting] {
        var terms: BillingTerms?
        var postings: [Posting] = []
        for fact in journal.outcomeFacts {
            if let posting = try BillingTerms.fold(&terms, fact) { postings.append(posting) }
        }
        return postings
    }

    @Test("a confirmed outcome debits the customer and credits the agent the same")
    func books() throws {
        var journal = Journal()
        journal.signal("outcome-1", at: 10, attribution: "3")
        journal.settle("outcome-1", through: 500)
        let posting = try #require(try postings(journal).first)
        #expect(posting.amount == wide("1.5"))
        #expect(
            posting.lines == [
                LedgerLine(ledgerAccount: .receivable(customer("c1")), amount: wide("1.5")),
                LedgerLine(ledgerAccount: .revenue(slug("bot")), amount: wide("-1.5")),
            ]
        )
        #expect(posting.isBalanced)
        #expect(posting.source.hash == journal.outcomeFacts.last?.hash)
        #expect(posting.settledAt == instant(110))
    }

    @Test("failed and missed outcomes book nothing, a quantity of zero books a zero line")
    func booksZero() throws {
        var journal = Journal()
        journal.signal("outcome-1", at: 10, attribution: "0")
        journal.settle("outcome-1", through: 500)
        let posting = try #require(try postings(journal).first)
        #expect(posting.amount.isZero)
        #expect(posting.lines.count == 2)

        var others = Journal()
        others.signal("outcome-1", "asked", at: 10)
        others.settle("outcome-1", through: 500)
        #expect(try postings(others).isEmpty)
    }

    @Test("the id of a posting hangs on account and key alone")
    func identifies() throws {
        let id = PostingID(settlementOf: key("outcome-1"), account: account())
        #expect(id == PostingID(settlementOf: key("outcome-1"), account: account()))
        #expect(id != PostingID(settlementOf: key("outcome-2"), account: account()))
        #expect(id != PostingID(settlementOf: key("outcome-1"), account: account("acct_beta")))
        #expect(id.description.utf8.count == 44)
        #expect(PostingID(id.description) == id)
        #expect(PostingID(id.description.uppercased()) == nil)
        #expect(PostingID("pst_") == nil)
    }

    @Test("a settlement of what was not opened, and a second opening, are refused")
    func refuses() {
        var journal = Journal()
        journal.signal("outcome-1", at: 10)
        journal.settle("outcome-1", through: 500)
        var none: BillingTerms?
        #expect(throws: ProjectionFailure.self) {
            try BillingTerms.fold(&none, journal.outcomeFacts[2])
        }
        var terms: BillingTerms? = BillingTerms(
            customer: customer("c1"),
            agent: slug("bot"),
            price: 1
        )
        #expect(throws: ProjectionFailure.self) {
            try BillingTerms.fold(&terms, journal.outcomeFacts[0])
        }
    }

    @Test("an amount that is not price times quantity is refused")
    func checksAmounts() {
        var journal = Journal()
        journal.signal("outcome-1", at: 10)
        journal.settle("outcome-1", through: 500)
        var terms: BillingTerms? = BillingTerms(
            customer: customer("c1"),
            agent: slug("bot"),
            price: decimal("0.25")
        )
        #expect(throws: ProjectionFailure.self) {
            try BillingTerms.fold(&terms, journal.outcomeFacts[2])
        }
    }

    @Test("ledger accounts read what they write")
    func namesAccounts() {
        let accounts: [LedgerAccount] = [
            .receivable(customer("a:b")), .receivable(customer("e\u{301}")), .revenue(slug("bot")),
        ]
        for ledgerAccount in accounts {
            #expect(LedgerAccount(Text(ledgerAccount.description)) == ledgerAccount)
        }
        #expect(LedgerAccount("cash:x") == nil)
        #expect(LedgerAccount("receivable") == nil)
    }
}
