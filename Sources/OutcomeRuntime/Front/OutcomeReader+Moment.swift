// SPDX-License-Identifier: Apache-2.0

public import EventSchema
public import EventStore
public import ExactValues
public import OutcomeDomain

/// A point of an outcome's stream (ADR 0034).
public enum OutcomeMoment: Hashable, Sendable {
    /// Everything there is.
    case latest
    /// Right after this version, from 1.
    case version(Int)
    /// What was known at an instant: the facts up to the first that was recorded later.
    case recorded(by: Timestamp)

    /// Whether a fact that follows others before this moment is before it, too.
    public func includes(_ fact: RecordedFact) -> Bool {
        switch self {
        case .latest: true
        case .version(let version): fact.version <= version
        case .recorded(let instant): fact.recordedAt <= instant
        }
    }
}

extension OutcomeReader {
    /// So many facts are read at a time.
    static let followedPageFacts = 500

    /// Follows a key's facts in order, up to a moment.
    ///
    /// Memory is bounded by a page and the state; what comes after the moment is not read.
    /// - Parameters:
    ///   - key: The key.
    ///   - account: Whose key.
    ///   - isSandbox: Whether that is a sandbox account.
    ///   - moment: Where to stop.
    ///   - initial: The state before the first fact.
    ///   - step: Takes the next fact into the state.
    /// - Returns: The state at that moment; nil when there was no fact by then, or when the stream
    ///   does not have that version.
    /// - Throws: `.damaged` when versions have a gap or a fact cannot be read, and what `step` throws.
    public func follow<State>(
        _ key: OutcomeKey,
        account: AccountID,
        isSandbox: Bool,
        until moment: OutcomeMoment,
        from initial: State,
        _ step: (inout State, RecordedFact) throws(StoreError) -> Void
    ) async throws(StoreError) -> State? {
        var state = initial
        var version = 0
        var isOver = false
        while !isOver {
            var limit = Self.followedPageFacts
            if case .version(let last) = moment { limit = min(limit, last - version) }
            guard limit > 0 else { break }
            let facts = try await history(
                of: key,
                account: account,
                isSandbox: isSandbox,
                after: version,
                limit: limit
            )
            isOver = facts.count < limit
            for fact in facts {
                guard moment.includes(fact) else {
                    isOver = true
                    break
                }
                guard fact.version == version + 1 else {
                    throw StoreError(
                        .damaged,
                        detail: "a stream has a gap after version \(version)"
                    )
                }
                try step(&state, fact)
                version = fact.version
            }
        }
        if case .version(let wanted) = moment, version < wanted { return nil }
        return version == 0 ? nil : state
    }

    /// Why a key's outcome is what it is at a moment; nil when there was no fact by then.
    public func explanation(
        of key: OutcomeKey,
        account: AccountID,
        isSandbox: Bool,
        at moment: OutcomeMoment
    ) async throws(StoreError) -> Explanation? {
        let trail = try await follow(
            key,
            account: account,
            isSandbox: isSandbox,
            until: moment,
            from: OutcomeTrail()
        ) { (trail, recorded) throws(StoreError) in
            trail.follow(recorded.fact, version: recorded.version)
        }
        return trail.map { Explanation($0) }
    }
}
