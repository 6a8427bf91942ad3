// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import DeadLetters
import EventStore
import ExactValues
import OutcomeDomain
import OutcomesFeed

/// How what is read looks in answers.
extension JSONWriter {
    /// An outcome; `atVersion` is there for one that was asked for as of a moment.
    mutating func outcome(_ view: OutcomeView, atVersion: Int? = nil) {
        let row = view.row
        let progress = row.progress
        beginObject()
        member("key", row.key.text)
        member("state", progress.state.rawValue)
        member("scheduled_resolution", progress.scheduledResolution?.rawValue)
        member("settles_at", progress.settlesAt)
        member("opened_at", row.openedAt)
        member("state_since", progress.stateSince)
        member("settled_at", progress.settledAt)
        member("recorded_at", progress.recordedAt)
        member("agent_key", row.agent.text)
        member("agent_inferred", row.agentInferred)
        member("customer_key", row.customer.text)
        name("contract")
        beginObject()
        member("version", row.contractVersion)
        member("hash", row.contractHash.hex)
        raw(view.contract.dropFirst().dropLast())
        endObject()
        member("price", row.price)
        member("quantity", progress.quantity)
        member("amount", progress.amount)
        member("currency", row.currency.code)
        member("signal_count", progress.signalCount)
        member("late_signal_count", progress.lateSignalCount)
        member("updated_at", progress.updatedAt)
        member("version", progress.version)
        if let atVersion { member("at_version", atVersion) }
        endObject()
    }

    /// A posting of the ledger.
    mutating func posting(_ posting: Posting) {
        beginObject()
        member("id", posting.id.description)
        member("outcome_key", posting.key.text)
        member("customer_key", posting.customer.text)
        member("agent_key", posting.agent.text)
        member("price", posting.price)
        member("quantity", posting.quantity)
        member("amount", posting.amount)
        member("currency", posting.currency.code)
        member("settled_at", posting.settledAt)
        member("recorded_at", posting.recordedAt)
        name("lines")
        beginArray()
        for line in posting.lines {
            beginObject()
            member("account", line.ledgerAccount.description)
            member("amount", line.amount)
            endObject()
        }
        endArray()
        name("source")
        beginObject()
        member("partition", posting.source.partition.number)
        member("position", Int(posting.source.position.value))
        member("hash", posting.source.hash.hex)
        endObject()
        endObject()
    }

    /// What was booked for one customer, agent and currency.
    mutating func balance(_ balance: Balance) {
        beginObject()
        member("customer_key", balance.customer.text)
        member("agent_key", balance.agent.text)
        total(balance.total)
        endObject()
    }

    /// The members of what was booked in one currency.
    mutating func total(_ total: CurrencyTotal) {
        member("currency", total.currency.code)
        member("receivable", total.receivable)
        member("revenue", total.revenue)
        member("postings", total.postings)
    }

    /// An outstanding dead letter.
    mutating func deadLetter(_ letter: DeadLetter) {
        beginObject()
        member("id", letter.eventID.description)
        member("event_id", letter.eventID.description)
        member("key", letter.key.text)
        member("code", letter.code.rawValue)
        member("action", letter.action.text)
        member("customer_key", letter.customer.text)
        member("agent_key", letter.agent?.text)
        member("received_at", letter.receivedAt)
        member("parked", letter.parked)
        endObject()
    }
}
