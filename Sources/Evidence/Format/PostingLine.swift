// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import EventStore
import ExactValues
import OutcomeDomain

/// The postings and totals of a bundle, as the API shows them.
enum PostingLine {
    static func write(_ posting: Posting, to writer: inout JSONWriter) {
        writer.member("id", posting.id.description)
        writer.member("outcome_key", posting.key.text)
        writer.member("customer_key", posting.customer.text)
        writer.member("agent_key", posting.agent.text)
        writer.member("price", posting.price)
        writer.member("quantity", posting.quantity)
        writer.member("amount", posting.amount)
        writer.member("currency", posting.currency.code)
        writer.member("settled_at", posting.settledAt)
        writer.member("recorded_at", posting.recordedAt)
        writer.name("lines")
        writer.beginArray()
        for line in posting.lines {
            writer.beginObject()
            writer.member("account", line.ledgerAccount.description)
            writer.member("amount", line.amount)
            writer.endObject()
        }
        writer.endArray()
        writer.name("source")
        writer.beginObject()
        writer.member("partition", posting.source.partition.number)
        writer.member("position", Int(posting.source.position.value))
        writer.member("hash", posting.source.hash.hex)
        writer.endObject()
    }
}

/// What the postings of a bundle come to, for each customer and currency.
struct BundleTotals {
    /// Whose total in which currency; by bytes.
    struct Account: Hashable, Comparable {
        let customer: CustomerKey
        let currency: Text

        static func < (left: Account, right: Account) -> Bool {
            left.customer == right.customer
                ? left.currency < right.currency : left.customer < right.customer
        }
    }

    private struct Sum {
        var receivable = WideDecimal.zero
        var postings = 0
    }

    private var sums: [Account: Sum] = [:]

    /// How many postings have been added.
    private(set) var postings = 0

    mutating func add(_ posting: Posting) {
        let account = Account(customer: posting.customer, currency: Text(posting.currency.code))
        var sum = sums[account, default: Sum()]
        sum.receivable = sum.receivable + posting.amount
        sum.postings += 1
        sums[account] = sum
        postings += 1
    }

    /// Adds what was added up elsewhere.
    mutating func add(_ others: BundleTotals) {
        for (account, other) in others.sums {
            var sum = sums[account, default: Sum()]
            sum.receivable = sum.receivable + other.receivable
            sum.postings += other.postings
            sums[account] = sum
        }
        postings += others.postings
    }

    /// The opened lines, ordered by customer and currency.
    var lines: [[UInt8]] {
        sums.keys.sorted().map { account in
            let sum = sums[account, default: Sum()]
            return BundleWriter.opened(.total) { writer in
                writer.member("customer_key", account.customer.text)
                writer.member("currency", account.currency)
                writer.member("receivable", sum.receivable)
                writer.member("revenue", -sum.receivable)
                writer.member("postings", sum.postings)
            }
        }
    }
}
