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
    /// Follows a key's facts in order, up to a moment.
    ///
    /// Header and body of each are read. A long stream is read in parts, some ahead of the one that is
    /// folded; memory is that of the state and of those. `step` may run where the store
    /// reads, so it must not wait for anything.
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
    public func follow<State: Sendable>(
        _ key: OutcomeKey,
        account: AccountID,
        isSandbox: Bool,
        until moment: OutcomeMoment,
        from initial: State,
        _ step: @escaping @Sendable (inout State, FollowedFact) throws(StoreError) -> Void
    ) async throws(StoreError) -> State? {
        var last = Int.max
        if case .version(let version) = moment {
            guard version > 0 else { return nil }
            last = version
        }
        let limits = StreamPartLimits()
        let take: @Sendable (inout State, FollowedFact) throws(StoreError) -> Bool = {
            (state: inout State, followed: FollowedFact) throws(StoreError) -> Bool in
            if case .recorded(let instant) = moment, try followed.recordedAt() > instant {
                return false
            }
            try step(&state, followed)
            return true
        }
        let begun = try await follow(
            [key],
            account: account,
            isSandbox: isSandbox,
            through: last,
            limit: limits.firstFacts + 1,
            from: FollowedStream(state: StreamBeginning(state: initial))
        ) { (beginning: inout StreamBeginning<State>, followed: FollowedFact) throws(StoreError) in
            guard followed.version <= limits.firstFacts else {
                beginning.isCut = true
                return false
            }
            return try take(&beginning.state, followed)
        }
        guard let beginning = begun[key], beginning.version > 0 else { return nil }
        var found = FollowedStream(state: beginning.state.state, after: beginning.version)
        if beginning.state.isCut {
            found = try await followRest(
                of: key,
                account: account,
                isSandbox: isSandbox,
                through: last,
                from: found,
                limits: limits,
                take
            )
        }
        if case .version = moment, found.version < last { return nil }
        return found.state
    }

    /// The first part of a stream.
    private struct StreamBeginning<State: Sendable>: Sendable {
        var state: State
        /// Whether there is more.
        var isCut = false
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
        ) { (trail, followed) throws(StoreError) in
            trail.follow(followed.fact, version: followed.version)
        }
        return trail.map { Explanation($0) }
    }
}
