// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import OutcomesFeed

/// Follows the streams of outcomes, some facts at a time, so that the work can be stopped in between.
struct StreamFolds<State: Sendable>: Sendable {
    /// Takes the next fact of a stream; false when no further one is wanted.
    typealias Step = @Sendable (inout State, FollowedFact) throws(StoreError) -> Bool

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

    /// Each row's stream, in order.
    ///
    /// `look`: Throws when the work is to stop; called before each read.
    func streams(
        of rows: ArraySlice<OutcomeRow>,
        _ look: () throws -> Void
    ) async throws -> [FollowedStream<State>] {
        let start = FollowedStream(state: initial)
        guard rows.count > 1 else {
            guard let row = rows.first else { return [] }
            return [try await long(row.key, from: start, look)]
        }
        try look()
        let followed = try await outcomes.follow(
            rows.map(\.key),
            account: account,
            isSandbox: isSandbox,
            from: start,
            step
        )
        return rows.map { followed[$0.key] ?? start }
    }

    /// A stream that may be long is read so many facts at a time.
    private func long(
        _ key: OutcomeKey,
        from start: FollowedStream<State>,
        _ look: () throws -> Void
    ) async throws -> FollowedStream<State> {
        var followed = start
        while true {
            try look()
            let last = followed.version + StreamGroup.limitFacts
            let read = try await outcomes.follow(
                [key],
                account: account,
                isSandbox: isSandbox,
                through: last,
                from: followed,
                step
            )
            guard let next = read[key] else { return followed }
            followed = next
            guard followed.version == last, !followed.isOver else { return followed }
        }
    }
}

/// What is read in one go.
enum StreamGroup {
    /// Some milliseconds' work.
    static let limitFacts = 2_000
}
