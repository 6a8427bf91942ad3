// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import OutcomesFeed

/// Folds the streams of outcomes, a few at a time, so that the work can be stopped in between.
struct StreamFolds<State: Sendable>: Sendable {
    /// Takes the next event of a stream; false when no further one is wanted.
    typealias Step = @Sendable (inout State, StoredEvent) throws(StoreError) -> Bool

    let outcomes: OutcomeReader
    let account: AccountID
    let isSandbox: Bool
    /// Before the first fact.
    let initial: State
    let step: Step

    /// The rows in groups of few facts together; one of many facts is a group of its own.
    static func groups(_ rows: [OutcomeRow]) -> [ArraySlice<OutcomeRow>] {
        var groups: [ArraySlice<OutcomeRow>] = []
        var start = rows.startIndex
        var facts = 0
        for index in rows.indices {
            let version = rows[index].progress.version
            if index > start, facts + version > StreamGroup.limitFacts {
                groups.append(rows[start..<index])
                start = index
                facts = 0
            }
            facts += version
        }
        if start < rows.endIndex { groups.append(rows[start...]) }
        return groups
    }

    /// The state of each row's stream, in order.
    func states(of rows: ArraySlice<OutcomeRow>) async throws -> [State] {
        if rows.count == 1, let row = rows.first, row.progress.version > StreamGroup.limitFacts {
            return [try await long(row.key)]
        }
        let step = step
        let states = try await outcomes.fold(
            rows.map(\.key),
            account: account,
            isSandbox: isSandbox,
            from: initial
        ) { (state: inout State, event: StoredEvent) throws(StoreError) in
            _ = try step(&state, event)
        }
        return rows.map { states[$0.key] ?? initial }
    }

    /// A long stream is read in pages of so many bytes.
    private func long(_ key: OutcomeKey) async throws -> State {
        var state = initial
        var version = 0
        var size = PageSize(limitRows: StreamGroup.limitFacts)
        while true {
            try Task.checkCancellation()
            let limit = size.rows
            let events = try await outcomes.events(
                of: key,
                account: account,
                isSandbox: isSandbox,
                after: version,
                limit: limit
            )
            size.had(events)
            for event in events {
                guard try step(&state, event) else { return state }
                version = event.version
            }
            guard events.count == limit else { return state }
        }
    }
}

/// What is folded in one go.
enum StreamGroup {
    /// Some milliseconds' work.
    static let limitFacts = 2_000
}
