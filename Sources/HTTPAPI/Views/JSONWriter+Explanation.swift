// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// How an explanation looks in answers.
extension JSONWriter {
    /// So many outstanding dead letters are named.
    static let explainedLimitLetters = 100

    /// Why an outcome is what it is.
    mutating func explanation(_ explanation: Explanation, of key: OutcomeKey) {
        beginObject()
        member("key", key.text)
        member("version", explanation.version)
        member("state", explanation.state?.rawValue)
        member("scheduled_resolution", explanation.scheduledResolution?.rawValue)
        member("opened_at", explanation.openedAt)
        member("settles_at", explanation.settlesAt)
        member("reason", explanation.reason)
        member("signal_count", explanation.signalCount)
        name("terms")
        if let terms = explanation.terms { copied(terms) } else { null() }
        name("condition")
        if let truth = explanation.truth { node(truth) } else { null() }
        name("turned_by")
        reference(explanation.turnedBy)
        name("attribution")
        attribution(explanation)
        counterfactual(explanation.counterfactual)
        name("waiting_for")
        beginArray()
        for dependency in explanation.missing {
            beginObject()
            member("code", dependency.code.rawValue)
            member("customer_key", dependency.customer.text)
            member("agent_key", dependency.agent?.text)
            member("signals", dependency.signals)
            endObject()
        }
        endArray()
        deadLetters(explanation.letters)
        endObject()
    }

    private mutating func copied(_ terms: OutcomeTerms) {
        beginObject()
        self.terms(terms)
        endObject()
    }

    private mutating func reference(_ reference: SignalReference?) {
        guard let reference else { return null() }
        beginObject()
        referenceMembers(reference)
        endObject()
    }

    private mutating func referenceMembers(_ reference: SignalReference) {
        member("event_id", reference.eventID.description)
        member("version", reference.version)
        member("action", reference.action.text)
        member("received_at", reference.receivedAt)
    }

    private mutating func node(_ node: TruthNode) {
        beginObject()
        switch node.kind {
        case .all(let children): nodes("all", children)
        case .any(let children): nodes("any", children)
        case .not(let child): nodes("not", [child])
        case .leaf(let leaf, let count, let latestValue):
            member("fact", leaf.fact.text)
            member("operator", leaf.operator.rawValue)
            name("value")
            operand(leaf.operand)
            member("count", count)
            name("latest_value")
            signalValue(latestValue)
        }
        member("holds", node.holds)
        name("decided_by")
        reference(node.decidedBy)
        endObject()
    }

    private mutating func nodes(_ kind: String, _ children: [TruthNode]) {
        member("op", kind)
        name("conditions")
        beginArray()
        for child in children {
            node(child)
        }
        endArray()
    }

    private mutating func operand(_ operand: ConditionOperand) {
        switch operand {
        case .none: null()
        case .count(let number), .number(let number): decimal(number)
        case .value(let value): signalValue(value)
        }
    }

    private mutating func attribution(_ explanation: Explanation) {
        guard let terms = explanation.terms, let charge = explanation.charge else { return null() }
        beginObject()
        member("method", terms.contract.attributionMethod.rawValue)
        member("quantity", charge.quantity)
        member("amount", charge.amount)
        member("currency", charge.currency.code)
        member("is_billed", explanation.isBilled)
        member("signal_count", explanation.attributedCount)
        name("signals")
        beginArray()
        for contribution in explanation.contributions {
            beginObject()
            referenceMembers(contribution.signal)
            member("attribution", contribution.attribution)
            endObject()
        }
        endArray()
        endObject()
    }

    private mutating func deadLetters(_ letters: [OutstandingLetter]) {
        member("dead_letter_count", letters.count)
        name("dead_letters")
        beginArray()
        for letter in letters.prefix(Self.explainedLimitLetters) {
            beginObject()
            referenceMembers(letter.signal)
            member("code", letter.code.rawValue)
            member("parked", letter.isParked)
            endObject()
        }
        endArray()
    }
}

// MARK: What would have turned the result

extension JSONWriter {
    private mutating func counterfactual(
        _ found: Result<Counterfactual, Counterfactual.Absence>
    ) {
        name("counterfactual")
        switch found {
        case .failure(let absence):
            null()
            member("no_counterfactual", absence.rawValue)
        case .success(let counterfactual):
            beginObject()
            member("text", counterfactual.text)
            member("state", counterfactual.state.rawValue)
            name("changes")
            beginArray()
            for change in counterfactual.changes {
                self.change(change, in: counterfactual)
            }
            endArray()
            endObject()
            member("no_counterfactual", nil as String?)
        }
    }

    private mutating func change(_ change: FactChange, in counterfactual: Counterfactual) {
        beginObject()
        member("fact", change.action.text)
        switch change.kind {
        case .added(let count, let range):
            member("change", "added")
            member("count", count)
            name("value")
            valueRange(range)
            member("before", counterfactual.before)
            member("within_seconds", Decimal(secondsOf: counterfactual.roomMicroseconds))
            name("late_signal")
            reference(counterfactual.late[change.action])
        case .value(let range, let before):
            member("change", "value")
            member("count", 1)
            name("value")
            valueRange(range)
            name("instead_of")
            signalValue(before)
            member("margin", change.margin)
        case .absent(let count, let remaining):
            member("change", "absent")
            member("count", count)
            member("remaining", remaining)
        }
        endObject()
    }

    private mutating func valueRange(_ range: ValueRange?) {
        guard let range else { return null() }
        beginObject()
        switch range.bounds {
        case .exactly(let value):
            name("exactly")
            signalValue(value)
        case .text(let others):
            name("other_than")
            beginArray()
            for other in others { text(other) }
            endArray()
        case .numbers(let low, let high):
            if let low {
                name("more_than")
                decimal(low)
            }
            if let high {
                name("less_than")
                decimal(high)
            }
        }
        name("example")
        signalValue(range.example)
        endObject()
    }
}
