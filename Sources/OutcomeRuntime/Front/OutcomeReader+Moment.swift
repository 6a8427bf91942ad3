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
    /// Header and body of each are read, and nothing of what comes after the moment. Memory is that
    /// of the state. `step` runs where the store reads, so it must not wait for anything.
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
        var last: Int?
        if case .version(let version) = moment { last = version }
        let stream = StreamID.outcome(account, key.text)
        let home = partition(of: key, account: account, isSandbox: isSandbox)
        let followed = try await eventLog.foldContents(
            [home: [stream]],
            through: last,
            from: FollowedStream(state: initial)
        ) { (followed: inout FollowedStream<State>, event: EventContent) throws(StoreError) in
            try followed.take(event, until: moment, step)
        }
        guard let found = followed[stream], found.version > 0 else { return nil }
        if let last, found.version < last { return nil }
        return found.state
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

/// A fact as a fold follows it: what decides, and the rest where it is asked for (ADR 0041).
public struct FollowedFact {
    /// What happened, when, and because of what.
    public let fact: OutcomeFact
    private let content: EventContent

    fileprivate init(_ fact: OutcomeFact, _ content: EventContent) {
        self.fact = fact
        self.content = content
    }

    /// The partition it lies in.
    public var partition: Partition { content.partition }
    /// Its place in the partition's event log.
    public var position: LogPosition { content.position }
    /// Its stream.
    public var stream: StreamID { content.stream }
    /// Its place in the stream, from 1 without gaps.
    public var version: Int { content.version }

    /// When it was written; read from the envelope at each call.
    ///
    /// - Throws: `.damaged` when the envelope cannot be read.
    public func recordedAt() throws(StoreError) -> Timestamp {
        try content.recordedAt()
    }
}

/// A stream on its way, and the state so far.
private struct FollowedStream<State: Sendable>: Sendable {
    var state: State
    var version = 0
    private var reader = OutcomeFactReader()

    init(state: State) { self.state = state }

    /// Takes the next event; false when it lies after the moment.
    mutating func take(
        _ event: EventContent,
        until moment: OutcomeMoment,
        _ step: (inout State, FollowedFact) throws(StoreError) -> Void
    ) throws(StoreError) -> Bool {
        if case .recorded(let instant) = moment, try event.recordedAt() > instant { return false }
        guard event.version == version + 1 else {
            throw StoreError(.damaged, detail: "a stream has a gap after version \(version)")
        }
        let fact: OutcomeFact
        do throws(SchemaError) {
            fact = try reader.fact(from: event)
        } catch {
            throw StoreError(.damaged, detail: "\(error)")
        }
        try step(&state, FollowedFact(fact, event))
        version = event.version
        return true
    }
}

extension EventContent {
    fileprivate func recordedAt() throws(StoreError) -> Timestamp {
        do throws(SchemaError) {
            return try OutcomeFactReader.recordedAt(of: self)
        } catch {
            throw StoreError(.damaged, detail: "\(error)")
        }
    }
}
