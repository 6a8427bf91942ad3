// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import EventSchema
import EventStore
import OutcomeDomain
import ProjectionKit

/// What the events of an outcome book, folded as the ledger does.
struct StreamBill {
    /// What the outcome was opened with; nil while it is not.
    private(set) var terms: OutcomeTerms?
    /// The posting, once the outcome is confirmed.
    private(set) var posting: Posting?
    private var billing: BillingTerms?

    /// Folds a whole stream.
    ///
    /// - Throws: `EvidenceRefusal.contradiction` when an event cannot be read or booked.
    init(of stream: [StoredEvent]) throws {
        for event in stream { try take(event) }
    }

    private mutating func take(_ event: StoredEvent) throws {
        let recorded: RecordedFact
        do throws(SchemaError) {
            recorded = try OutcomeEventSchema.recorded(from: event)
        } catch {
            throw EvidenceRefusal.contradiction("an event cannot be read: \(error)")
        }
        do throws(ProjectionFailure) {
            posting = try BillingTerms.fold(&billing, recorded) ?? posting
        } catch {
            throw EvidenceRefusal.contradiction("the ledger cannot follow the log: \(error)")
        }
        if case .opened(let opened) = recorded.fact.event { terms = opened.terms }
    }
}
