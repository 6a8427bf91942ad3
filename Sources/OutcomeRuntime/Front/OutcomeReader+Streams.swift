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
        do throws(SchemaError) {
            return try OutcomeFactReader.recordedAt(of: content)
        } catch {
            throw StoreError(.damaged, detail: "\(error)")
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

    /// Before the first fact.
    public init(state: State) { self.state = state }

    /// Takes the next event; false when no more is wanted.
    fileprivate mutating func take(
        _ event: EventContent,
        _ step: (inout State, FollowedFact) throws(StoreError) -> Bool
    ) throws(StoreError) -> Bool {
        guard event.version == version + 1 else {
            throw StoreError(.damaged, detail: "a stream has a gap after version \(version)")
        }
        let fact: OutcomeFact
        do throws(SchemaError) {
            fact = try reader.fact(from: event)
        } catch {
            throw StoreError(.damaged, detail: "\(error)")
        }
        guard try step(&state, FollowedFact(fact, event)) else {
            isOver = true
            return false
        }
        version = event.version
        return true
    }
}
