// SPDX-License-Identifier: Apache-2.0

package import EventSchema
package import EventStore
package import ExactValues
package import OutcomeDomain
package import OutcomeRuntime
package import OutcomesFeed
import ProjectionKit

/// What the API answers about one outcome, for commands that read the log themselves.
package enum OutcomeDocuments {
    /// A fact of a history, as JSON.
    package static func fact(
        _ recorded: RecordedFact,
        _ metadata: ReadableMetadata
    ) -> [UInt8] {
        var writer = JSONWriter(reserving: 768)
        writer.recordedFact(recorded, metadata)
        return writer.bytes
    }

    /// A change of a catalog, as JSON.
    package static func catalogChange(_ change: StoredCatalogChange) -> [UInt8] {
        var writer = JSONWriter(reserving: 320)
        writer.catalogChange(change)
        return writer.bytes
    }

    /// An outcome as of a moment, as JSON.
    package static func outcome(_ view: OutcomeView) -> [UInt8] {
        var writer = JSONWriter(reserving: 1024)
        writer.outcome(view, atVersion: view.row.progress.version)
        return writer.bytes
    }

    /// An explanation, as JSON.
    package static func explanation(_ explanation: Explanation, of key: OutcomeKey) -> [UInt8] {
        var writer = JSONWriter(reserving: 2048)
        writer.explanation(explanation, of: key)
        return writer.bytes
    }
}

/// An outcome's view, folded from its facts.
package struct OutcomeViewFold: Sendable {
    private var row: OutcomeRow?
    private var contract: [UInt8] = []

    /// Before the first fact.
    package init() {}

    /// The view; nil while no signal has opened the outcome.
    package var view: OutcomeView? { row.map { OutcomeView(row: $0, contract: contract) } }

    /// Takes the next fact.
    ///
    /// - Throws: `.damaged` when it cannot follow.
    package mutating func follow(_ fact: RecordedFact) throws(StoreError) {
        try take(fact.fact) { row throws(ProjectionFailure) in
            if row == nil {
                row = try OutcomeRow.fold(nil, fact)
            } else {
                try row?.progress.evolve(fact)
            }
        }
    }

    /// Takes the next fact.
    ///
    /// - Throws: `.damaged` when it cannot follow.
    package mutating func follow(_ followed: FollowedFact) throws(StoreError) {
        var recordedAt: Timestamp?
        if case .settled = followed.fact.event { recordedAt = try followed.recordedAt() }
        let fact = FeedFact(
            partition: followed.partition,
            position: followed.position,
            stream: followed.stream,
            version: followed.version,
            fact: followed.fact,
            recordedAt: recordedAt
        )
        try take(followed.fact) { row throws(ProjectionFailure) in
            if row == nil {
                row = try OutcomeRow.fold(nil, fact)
            } else {
                try row?.progress.evolve(fact)
            }
        }
    }

    private mutating func take(
        _ fact: OutcomeFact,
        _ body: (inout OutcomeRow?) throws(ProjectionFailure) -> Void
    ) throws(StoreError) {
        if case .opened(let opened) = fact.event {
            contract = opened.terms.contract.canonicalBytes
        }
        do throws(ProjectionFailure) {
            try body(&row)
        } catch {
            throw StoreError(.damaged, detail: "\(error)")
        }
    }
}

extension OutcomeReader {
    /// An outcome at a moment; nil when it was not open by then.
    package func view(
        of key: OutcomeKey,
        account: AccountID,
        isSandbox: Bool,
        at moment: OutcomeMoment
    ) async throws(StoreError) -> OutcomeView? {
        try await follow(
            key,
            account: account,
            isSandbox: isSandbox,
            until: moment,
            from: OutcomeViewFold()
        ) { (fold, fact) throws(StoreError) in try fold.follow(fact) }?.view
    }
}
