// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Simulation
import TrafficStudy

/// How a simulation looks in answers: the same result always as the same bytes.
extension JSONWriter {
    mutating func simulation(_ result: SimulationResult, account: AccountID) {
        beginObject()
        member("position", result.position.text(for: account))
        member("as_of", result.position.now)
        member("agent_key", result.request.agent.text)
        member("contract_hash", result.request.contract.hash.hex)
        member("outcomes", result.table.outcomes)
        member("more", result.hasMore)
        member("changed", result.table.changed)
        table(result.table)
        totals(result.table)
        name("changes")
        beginArray()
        for change in result.changes {
            self.change(change)
        }
        endArray()
        endObject()
    }

    private mutating func table(_ table: SimulationTable) {
        name("table")
        beginArray()
        for from in OutcomeState.allCases {
            for to in OutcomeState.allCases {
                guard let cell = table.cells[SimulationTable.Move(from: from, to: to)] else {
                    continue
                }
                beginObject()
                member("from", from.rawValue)
                member("to", to.rawValue)
                member("outcomes", cell.outcomes)
                member("changed", cell.changed)
                name("amounts")
                beginArray()
                for (currency, amounts) in cell.amounts.sorted(by: { $0.key < $1.key }) {
                    beginObject()
                    member("currency", currency)
                    amountMembers(amounts)
                    endObject()
                }
                endArray()
                endObject()
            }
        }
        endArray()
    }

    private mutating func totals(_ table: SimulationTable) {
        name("totals")
        beginArray()
        for (currency, total) in table.totals.sorted(by: { $0.key < $1.key }) {
            beginObject()
            member("currency", currency)
            name("confirmed")
            beginObject()
            amountMembers(total.confirmed)
            endObject()
            name("pending")
            beginObject()
            amountMembers(total.pending)
            endObject()
            endObject()
        }
        endArray()
    }

    private mutating func amountMembers(_ amounts: SimulationTable.Amounts) {
        member("before", amounts.before)
        member("after", amounts.after)
        member("difference", amounts.difference)
    }

    private mutating func change(_ change: SimulationResult.Change) {
        let comparison = change.comparison
        beginObject()
        member("key", change.key.text)
        member("customer_key", comparison.customer.text)
        member("opened_at", comparison.openedAt)
        name("before")
        standing(comparison.before)
        name("after")
        standing(comparison.after)
        name("reasons")
        beginArray()
        for reason in comparison.reasons {
            string(reason.rawValue)
        }
        endArray()
        member("explanation", comparison.explanation)
        name("turned_by")
        deciding(comparison.turnedBy)
        endObject()
    }

    private mutating func standing(_ standing: OutcomeStanding) {
        beginObject()
        member("state", standing.state.rawValue)
        member("scheduled_resolution", standing.scheduledResolution?.rawValue)
        member("settles_at", standing.endsAt)
        member("quantity", standing.charge?.quantity)
        member("amount", standing.charge?.amount)
        member("currency", standing.charge?.currency.code)
        member("signal_count", standing.signals)
        member("late_signal_count", standing.lateSignals)
        endObject()
    }

    private mutating func deciding(_ node: DecidingNode) {
        beginObject()
        member("path", node.path.pointer)
        member("holds", node.holds)
        member("fact", node.leaf?.fact.text)
        member("operator", node.leaf?.operator.rawValue)
        member("event_id", node.event?.description)
        endObject()
    }
}
