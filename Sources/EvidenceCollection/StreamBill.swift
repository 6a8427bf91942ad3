// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import EventSchema
import EventStore
import OutcomeDomain
import ProjectionKit

/// What the events of an outcome book, folded as the ledger does.
struct StreamBill {
    /// The posting, once the outcome is confirmed.
    private(set) var posting: Posting?
    private var terms: BillingTerms?

    /// Takes the next event.
    ///
    /// - Returns: The terms, when it opens the outcome.
    /// - Throws: `EvidenceRefusal.contradiction` when it cannot be read or booked.
    mutating func take(_ event: StoredEvent) throws -> OutcomeTerms? {
        let recorded: RecordedFact
        do throws(SchemaError) {
            recorded = try OutcomeEventSchema.recorded(from: event)
        } catch {
            throw EvidenceRefusal.contradiction("an event cannot be read: \(error)")
        }
        do throws(ProjectionFailure) {
            posting = try BillingTerms.fold(&terms, recorded) ?? posting
        } catch {
            throw EvidenceRefusal.contradiction("the ledger cannot follow the log: \(error)")
        }
        guard case .opened(let opened) = recorded.fact.event else { return nil }
        return opened.terms
    }
}
