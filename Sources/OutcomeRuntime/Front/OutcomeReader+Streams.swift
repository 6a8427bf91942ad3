// SPDX-License-Identifier: Apache-2.0

import EventSchema
public import EventStore
public import ExactValues
public import OutcomeDomain

extension OutcomeReader {
    /// Where everything of a sandbox account lies.
    public func partition(sandbox account: AccountID) -> Partition {
        partitioning.partition(sandbox: account)
    }

    /// Follows the facts of keys, each in order of version, in one bulk read.
    ///
    /// Header and body of each are read. Memory is bounded by the states and not by the streams.
    /// `step` runs where the store reads, so it must not wait for anything.
    /// - Parameters:
    ///   - keys: The keys.
    ///   - account: Whose keys.
    ///   - isSandbox: Whether that is a sandbox account.
    ///   - last: The last version that is read.
    ///   - limit: At most so many facts of each key are read.
    ///   - started: Before the first fact, or as far as an earlier call has come.
    ///   - step: Takes the next fact into the state; false when it takes neither this nor any later
    ///     one of the stream.
    /// - Returns: Each stream as far as it has come; one of which nothing was read is absent.
    /// - Throws: `.damaged` when versions have a gap or a fact cannot be read, and what `step` throws.
    public func follow<State: Sendable>(
        _ keys: [OutcomeKey],
        account: AccountID,
        isSandbox: Bool,
        through last: Int = .max,
        limit: Int = .max,
        from started: FollowedStream<State>,
        _ step: @escaping @Sendable (inout State, FollowedFact) throws(StoreError) -> Bool
    ) async throws(StoreError) -> [OutcomeKey: FollowedStream<State>] {
        guard started.version < last, !started.isOver else { return [:] }
        var wanted: [Partition: [StreamID]] = [:]
        for key in keys {
            wanted[partition(of: key, account: account, isSandbox: isSandbox), default: []]
                .append(.outcome(account, key.text))
        }
        let followed = try await eventLog.foldContents(
            wanted,
            versions: (started.version + 1)...last,
            limit: limit,
            from: started
        ) { (followed: inout FollowedStream<State>, event: EventContent) throws(StoreError) in
            try followed.take(event, step)
        }
        var byKey: [OutcomeKey: FollowedStream<State>] = [:]
        for key in keys {
            byKey[key] = followed[.outcome(account, key.text)]
        }
        return byKey
    }
}

/// A fact as a fold follows it: what decides, and the rest where it is asked for (ADR 0041).
public struct FollowedFact {
    /// What happened, when, and because of what.
    public let fact: OutcomeFact
    /// The partition it lies in.
    public let partition: Partition
    /// Its place in the partition's event log.
    public let position: LogPosition
    /// Its stream.
    public let stream: StreamID
    /// Its place in the stream, from 1 without gaps.
    public let version: Int
    private let envelope: Envelope

    private enum Envelope {
        /// Where it lies in the store.
        case stored(EventContent)
        case read(Result<Timestamp, StoreError>)
    }

    fileprivate init(_ fact: OutcomeFact, _ content: EventContent) {
        self.fact = fact
        partition = content.partition
        position = content.position
        stream = content.stream
        version = content.version
        envelope = .stored(content)
    }

    init(_ kept: KeptFact) {
        fact = kept.fact
        partition = kept.partition
        position = kept.position
        stream = kept.stream
        version = kept.version
        envelope = .read(kept.recordedAt)
    }

    /// When it was written; read from the envelope where it was not read before.
    ///
    /// - Throws: `.damaged` when the envelope cannot be read.
    public func recordedAt() throws(StoreError) -> Timestamp {
        switch envelope {
        case .stored(let content): try Self.recordedAt(of: content).get()
        case .read(let read): try read.get()
        }
    }

    static func recordedAt(of content: EventContent) -> Result<Timestamp, StoreError> {
        do throws(SchemaError) {
            return .success(try OutcomeFactReader.recordedAt(of: content))
        } catch {
            return .failure(StoreError(.damaged, detail: "\(error)"))
        }
    }
}

/// A stream on its way, and the state so far.
public struct FollowedStream<State: Sendable>: Sendable {
    /// The state after the last fact taken.
    public private(set) var state: State
    /// The version of that fact; 0 before the first.
    public private(set) var version = 0
    /// Whether the step wants no more of it.
    public private(set) var isOver = false
    private var reader = OutcomeFactReader()

    /// Before the first fact, or after a version that was taken elsewhere.
    public init(state: State, after version: Int = 0) {
        self.state = state
        self.version = version
    }

    /// Takes the next event; false when no more is wanted.
    fileprivate mutating func take(
        _ event: EventContent,
        _ step: (inout State, FollowedFact) throws(StoreError) -> Bool
    ) throws(StoreError) -> Bool {
        let fact: OutcomeFact
        do throws(SchemaError) {
            fact = try reader.fact(from: event)
        } catch {
            throw StoreError(.damaged, detail: "\(error)")
        }
        return try take(FollowedFact(fact, event), step)
    }

    /// Takes the next fact; false when no more is wanted.
    mutating func take(
        _ followed: FollowedFact,
        _ step: (inout State, FollowedFact) throws(StoreError) -> Bool
    ) throws(StoreError) -> Bool {
        guard followed.version == version + 1 else {
            throw StoreError(.damaged, detail: "a stream has a gap after version \(version)")
        }
        guard try step(&state, followed) else {
            isOver = true
            return false
        }
        version = followed.version
        return true
    }
}
