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
    /// `deadline`: Looked at before each read.
    func streams(
        of rows: ArraySlice<OutcomeRow>,
        until deadline: StudyDeadline
    ) async throws -> [FollowedStream<State>] {
        let start = FollowedStream(state: initial)
        try deadline.check()
        guard rows.count > 1 else {
            guard let row = rows.first else { return [] }
            let stream = try await long(row.key, from: start, until: deadline)
            try deadline.check()
            return [stream]
        }
        let followed = try await outcomes.follow(
            rows.map(\.key),
            account: account,
            isSandbox: isSandbox,
            from: start,
            step
        )
        return rows.map { followed[$0.key] ?? start }
    }

    /// A stream that may be long is read so many facts at a time, and not to its end when the study
    /// is to stop.
    private func long(
        _ key: OutcomeKey,
        from start: FollowedStream<State>,
        until deadline: StudyDeadline
    ) async throws(StoreError) -> FollowedStream<State> {
        var followed = start
        var last = 0
        repeat {
            last = followed.version + StreamGroup.limitFacts
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
        } while followed.version == last && !followed.isOver && !deadline.isOver
        return followed
    }
}

/// What is read in one go.
enum StreamGroup {
    /// Some milliseconds' work.
    static let limitFacts = 2_000
}
