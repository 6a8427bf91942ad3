// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import OutcomeRuntime

/// How the facts of an outcome's history look in answers.
extension JSONWriter {
    /// A fact with everything that is recorded about it, and its metadata as far as it can be read.
    mutating func recordedFact(_ recorded: RecordedFact, _ metadata: ReadableMetadata) {
        let fact = recorded.fact
        beginObject()
        member("version", recorded.version)
        member("type", fact.event.typeName)
        member("time", fact.time)
        member("recorded_at", recorded.recordedAt)
        name("cause")
        beginObject()
        member("event_id", fact.cause.eventID.description)
        member("position", Int(fact.cause.position.value))
        member("author", fact.cause.author)
        endObject()
        name("data")
        beginObject()
        eventMembers(fact.event)
        endObject()
        name("metadata")
        if case .readable(let bytes) = metadata { raw(bytes) } else { null() }
        member("metadata_status", metadata.status)
        member("partition", recorded.partition.number)
        member("log_position", Int(recorded.position.value))
        member("node", recorded.node)
        member("batch", Int(recorded.batch))
        member("trace", recorded.trace)
        member("request_id", recorded.passage?.request)
        member("previous_hash", recorded.previous.hex)
        member("hash", recorded.hash.hex)
        endObject()
    }

    private mutating func eventMembers(_ event: OutcomeEvent) {
        switch event {
        case .opened(let opened):
            terms(opened.terms)
        case .signalApplied(let applied):
            signal(applied.signal)
            member("number", applied.number)
            member("settles_at", applied.settlesAt)
            member("scheduled_resolution", applied.scheduledResolution?.rawValue)
            proof(applied.proof)
        case .signalDeadLettered(let letter):
            signal(letter.signal)
            member("code", letter.code.rawValue)
            member("parked", letter.parked)
        case .signalRedriven(let redriven):
            member("event_id", redriven.eventID.description)
            member("code", redriven.code?.rawValue)
            member("reason", redriven.reason)
        case .signalDiscarded(let discarded):
            member("event_id", discarded.eventID.description)
            member("reason", discarded.reason)
        case .settled(let settled):
            member("state", settled.ending.state.rawValue)
            member("quantity", settled.ending.charge?.quantity)
            member("amount", settled.ending.charge?.amount)
            member("currency", settled.ending.charge?.currency.code)
            proof(settled.proof)
        }
    }

    /// The members of what an outcome copied from the catalog.
    mutating func terms(_ terms: OutcomeTerms) {
        member("agent_key", terms.agent.text)
        member("agent_inferred", terms.agentInferred)
        member("customer_key", terms.customer.text)
        name("contract")
        terms.contract.write(to: &self)
        member("contract_version", terms.contractVersion)
        member("contract_hash", terms.contract.hash.hex)
        member("rate_card_key", terms.rateCard.text)
        member("rate_card_version", terms.rateCardVersion)
        member("price_per_unit", terms.price)
        member("currency", terms.currency.code)
        member("currency_exponent", terms.currency.exponent)
        member("catalog_version", terms.catalogVersion)
    }

    private mutating func signal(_ signal: Signal) {
        name("signal")
        beginObject()
        member("event_id", signal.eventID.description)
        member("position", Int(signal.position.value))
        member("received_at", signal.receivedAt)
        member("action", signal.action.text)
        member("customer_key", signal.customer.text)
        member("agent_key", signal.agent?.text)
        name("value")
        signalValue(signal.value)
        member("attribution", signal.attribution)
        member("settles_at", signal.settlesAt)
        member("occurred_at", signal.occurredAt)
        member("idempotency_key", signal.idempotencyKey)
        endObject()
    }

    /// What a signal carries for the condition to read.
    mutating func signalValue(_ value: SignalValue?) {
        switch value {
        case nil: null()
        case .string(let text)?: self.text(text)
        case .number(let number)?: decimal(number)
        case .boolean(let bool)?: self.bool(bool)
        }
    }

    /// The truth of each node of the condition, in preorder, and the signal that decided it.
    private mutating func proof(_ proof: Proof) {
        name("proof")
        beginObject()
        member("holds", proof.holds)
        name("truth")
        beginArray()
        for truth in proof.truth {
            bool(truth)
        }
        endArray()
        name("decided_by")
        beginArray()
        for number in proof.decidedBy {
            if let number { integer(number) } else { null() }
        }
        endArray()
        endObject()
    }
}

extension OutcomeEvent {
    /// The name of the event's type, as it is stored.
    fileprivate var typeName: String {
        switch self {
        case .opened: "outcome_opened"
        case .signalApplied: "signal_applied"
        case .signalDeadLettered: "signal_dead_lettered"
        case .signalRedriven: "signal_redriven"
        case .signalDiscarded: "signal_discarded"
        case .settled: "outcome_settled"
        }
    }
}
