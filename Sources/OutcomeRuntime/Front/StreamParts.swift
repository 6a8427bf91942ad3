// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain

/// A stream that is followed in parts, which are read beside each other and folded in order
/// (ADR 0044).
///
/// Finds exactly what is found when the stream is read in one go: what lies behind the end of the
/// fold is as if it had not been read, whatever is wrong with it.
struct StreamParts<State: Sendable> {
    private(set) var stream: FollowedStream<State>
    /// Why the stream could not be followed further.
    private(set) var failure: StoreError?
    /// Whether no more parts are wanted.
    private(set) var isOver = false
    /// How many parts have been asked for.
    private var asked = 0
    private var folded = 0
    /// Parts that were read before their turn.
    private var early: [Int: KeptFacts] = [:]

    private let first: Int
    private let last: Int
    private let limits: StreamPartLimits
    private let step: (inout State, FollowedFact) throws(StoreError) -> Bool

    /// Goes on after `started`, up to and with version `last`.
    init(
        from started: FollowedStream<State>,
        through last: Int,
        limits: StreamPartLimits,
        _ step: @escaping (inout State, FollowedFact) throws(StoreError) -> Bool
    ) {
        stream = started
        first = started.version + 1
        self.last = last
        self.limits = limits
        self.step = step
    }

    /// The next part to read; nil while enough are under way, and when no more are wanted.
    mutating func next() -> (index: Int, versions: ClosedRange<Int>)? {
        let start = first + asked * limits.facts
        guard !isOver, start <= last, asked - folded < limits.partsAhead else { return nil }
        defer { asked += 1 }
        return (asked, start...min(last, start + limits.facts - 1))
    }

    /// Takes a part that was read, and folds all whose turn it is.
    mutating func take(_ part: KeptFacts, at index: Int) {
        early[index] = part
        while !isOver, let part = early.removeValue(forKey: folded) {
            do throws(StoreError) {
                try fold(part)
            } catch {
                failure = error
                isOver = true
            }
            folded += 1
        }
    }

    /// A part that ends early is the last: whether the stream ends there, or why it could not be
    /// read on, is found by whoever reads on.
    private mutating func fold(_ part: KeptFacts) throws(StoreError) {
        for kept in part.facts {
            guard try stream.take(FollowedFact(kept), step) else {
                isOver = true
                return
            }
        }
        isOver = part.facts.count < limits.facts || stream.version >= last
    }
}

/// How a stream is cut into parts.
struct StreamPartLimits: Sendable {
    /// So many are folded where the store reads before others read ahead: nearly all outcomes end
    /// there.
    var firstFacts = 100
    /// The facts of a part: a millisecond's work.
    var facts = 500
    /// A part ends with the fact that brings it to so many bytes.
    var bytes = 2_097_152
    /// The parts that are read or wait for their turn at a time; readers are few.
    var partsAhead = 3
}

/// Facts of one stream in a row, as far as they can be read.
struct KeptFacts: Sendable {
    private(set) var facts: [KeptFact] = []
    private var bytes = 0
    private var reader = OutcomeFactReader()
    private let limits: StreamPartLimits

    /// Nothing yet.
    init(_ limits: StreamPartLimits) { self.limits = limits }

    /// Takes the next event; false where the part ends.
    mutating func take(_ event: EventContent) -> Bool {
        do throws(SchemaError) {
            facts.append(KeptFact(try reader.fact(from: event), event))
        } catch {
            return false
        }
        bytes += event.header.count + event.body.count
        return bytes < limits.bytes
    }
}

/// A followed fact that outlives the read.
struct KeptFact: Sendable {
    let fact: OutcomeFact
    let partition: Partition
    let position: LogPosition
    let stream: StreamID
    let version: Int
    let recordedAt: Result<Timestamp, StoreError>

    init(_ fact: OutcomeFact, _ content: EventContent) {
        self.fact = fact
        partition = content.partition
        position = content.position
        stream = content.stream
        version = content.version
        recordedAt = FollowedFact.recordedAt(of: content)
    }
}

extension OutcomeReader {
    /// Follows one stream on from where it stands, up to and with a version.
    func followRest<State: Sendable>(
        of key: OutcomeKey,
        account: AccountID,
        isSandbox: Bool,
        through last: Int,
        from started: FollowedStream<State>,
        limits: StreamPartLimits,
        _ step: @escaping @Sendable (inout State, FollowedFact) throws(StoreError) -> Bool
    ) async throws(StoreError) -> FollowedStream<State> {
        let stream = StreamID.outcome(account, key.text)
        let wanted = [partition(of: key, account: account, isSandbox: isSandbox): [stream]]
        let parts = await withTaskGroup(of: (Int, KeptFacts).self) { group in
            var parts = StreamParts(from: started, through: last, limits: limits, step)
            while !parts.isOver {
                while let (index, versions) = parts.next() {
                    group.addTask { (index, await kept(stream, in: wanted, versions, limits)) }
                }
                guard let (index, part) = await group.next() else { break }
                parts.take(part, at: index)
            }
            return parts
        }
        if let failure = parts.failure { throw failure }
        guard !parts.stream.isOver else { return parts.stream }
        // The last part ended early: what follows tells whether the stream does.
        let rest = try await follow(
            [key],
            account: account,
            isSandbox: isSandbox,
            through: last,
            from: parts.stream,
            step
        )
        return rest[key] ?? parts.stream
    }

    private func kept(
        _ stream: StreamID,
        in wanted: [Partition: [StreamID]],
        _ versions: ClosedRange<Int>,
        _ limits: StreamPartLimits
    ) async -> KeptFacts {
        do throws(StoreError) {
            let read = try await eventLog.foldContents(
                wanted,
                versions: versions,
                limit: limits.facts,
                from: KeptFacts(limits)
            ) { (kept: inout KeptFacts, event: EventContent) throws(StoreError) in
                kept.take(event)
            }
            return read[stream] ?? KeptFacts(limits)
        } catch {
            // Whoever reads on meets it again, if the fold comes to it.
            return KeptFacts(limits)
        }
    }
}
