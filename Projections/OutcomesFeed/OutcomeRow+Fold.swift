// SPDX-License-Identifier: Apache-2.0

public import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
public import ProjectionKit

extension OutcomeRow {
    /// The row of an outcome after one more fact of its stream; nil while nothing has opened it.
    ///
    /// What was dead-lettered before the outcome opened is not on the feed.
    /// - Throws: When the fact cannot follow what the row says.
    public static func fold(
        _ row: OutcomeRow?,
        _ fact: RecordedFact
    ) throws(ProjectionFailure) -> OutcomeRow? {
        try after(row, fact)
    }

    /// The row of an outcome after one more fact of its stream; nil while nothing has opened it.
    ///
    /// What was dead-lettered before the outcome opened is not on the feed.
    /// - Throws: When the fact cannot follow what the row says.
    public static func fold(
        _ row: OutcomeRow?,
        _ fact: FeedFact
    ) throws(ProjectionFailure) -> OutcomeRow? {
        try after(row, fact)
    }

    private static func after(
        _ row: OutcomeRow?,
        _ fact: some ReadByFeed
    ) throws(ProjectionFailure) -> OutcomeRow? {
        if var row {
            try row.progress.take(fact)
            return row
        }
        switch fact.fact.event {
        case .opened(let opened):
            return try OutcomeRow(opened.terms, fact)
        case .signalDeadLettered, .signalRedriven, .signalDiscarded:
            return nil
        case .signalApplied, .settled:
            throw fact.failure("the outcome has not been opened")
        }
    }

    private init(_ terms: OutcomeTerms, _ fact: some ReadByFeed) throws(ProjectionFailure) {
        guard let key = OutcomeKey(fact.stream.key) else {
            throw fact.failure("the stream's key is no outcome key")
        }
        let openedAt = fact.fact.time
        let period = Int64(terms.contract.settlementPeriodSeconds)
        self.init(
            account: fact.stream.account,
            key: key,
            openedAt: openedAt,
            agent: terms.agent,
            agentInferred: terms.agentInferred,
            customer: terms.customer,
            contractVersion: terms.contractVersion,
            contractHash: terms.contract.hash,
            price: terms.price,
            currency: terms.currency,
            progress: OutcomeProgress(
                state: .open,
                scheduledResolution: nil,
                settlesAt: openedAt.adding(seconds: period),
                stateSince: openedAt,
                settledAt: nil,
                recordedAt: nil,
                quantity: nil,
                amount: nil,
                signalCount: 0,
                lateSignalCount: 0,
                updatedAt: openedAt,
                version: fact.version,
                attribution: AttributionTally(method: terms.contract.attributionMethod)
            )
        )
    }
}
