// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// The port to the append-only event log, its cursors and the settlement timers.
///
/// Only a partition's owner appends to it. A partition's append is atomic: events, timers, cursor
/// and head together or not at all.
public protocol EventLog: Sendable {
    /// Where a partition stands; what an owner reads after it has taken the partition over.
    func state(of partitions: [Partition]) async throws(StoreError) -> [Partition: PartitionState]

    /// Appends to several partitions, each atomically.
    ///
    /// - Throws: On any error some partitions may have been written and others not: read `state`
    ///   again before the next append. `.conflict` when head, cursor or epoch is not as expected.
    func append(_ appends: [PartitionAppend]) async throws(StoreError)

    /// Folds whole streams, each in order of version; a stream that does not exist is absent.
    ///
    /// One bulk read, which holds one event at a time: memory is bounded by the states and not by
    /// the streams. `step` runs where the store reads, so it must not wait for anything.
    /// - Throws: What `step` throws, too.
    func fold<State: Sendable>(
        _ wanted: [Partition: [StreamID]],
        from initial: State,
        _ step: @escaping @Sendable (inout State, StoredEvent) throws(StoreError) -> Void
    ) async throws(StoreError) -> [StreamID: State]

    /// Folds streams as `fold` does, but of each event only what decides is read: no metadata, and
    /// nothing is copied.
    ///
    /// - Parameters:
    ///   - wanted: The streams.
    ///   - versions: Those that are handed over; no others are read.
    ///   - limit: At most so many events of each stream are read.
    ///   - initial: The state before the first event.
    ///   - step: Takes the next event into the state; false when no more of the stream is wanted. It
    ///     runs where the store reads, so it must not wait for anything.
    /// - Returns: The states of those streams that exist; of one without events in those versions it
    ///   may be absent.
    /// - Throws: What `step` throws, too.
    func foldContents<State: Sendable>(
        _ wanted: [Partition: [StreamID]],
        versions: ClosedRange<Int>,
        limit: Int,
        from initial: State,
        _ step: @escaping @Sendable (inout State, EventContent) throws(StoreError) -> Bool
    ) async throws(StoreError) -> [StreamID: State]

    /// Events of a partition after a place, in order, at most `limit`.
    func events(
        in partition: Partition,
        after position: LogPosition,
        limit: Int
    ) async throws(StoreError) -> [StoredEvent]

    /// Events of several partitions, each in order, in one bulk read; a partition without any in its
    /// span is absent.
    func events(of spans: [LogSpan]) async throws(StoreError) -> [Partition: [StoredEvent]]

    /// A page of one stream, in order of version: at most `limit` events, and none after the one
    /// with which header, body, metadata and envelope of all come to `limitBytes` bytes. The first
    /// one is always in it.
    func events(
        in partition: Partition,
        of stream: StreamID,
        after version: Int,
        limit: Int,
        limitBytes: Int
    ) async throws(StoreError) -> [StoredEvent]

    /// The facts an accepted event has left on its stream, in order; empty if none.
    func facts(about eventID: EventID) async throws(StoreError) -> [StoredEvent]

    /// Outcomes whose window has ended on these clocks, earliest first within a clock, at most
    /// `limit` in all. One bulk read.
    func dueTimers(
        _ queries: [TimerQuery],
        limit: Int
    ) async throws(StoreError) -> [DueTimer]

    /// The earliest end of a window on each clock; a clock with nothing open is absent.
    func nextTimers(
        _ clocks: [PartitionClock]
    ) async throws(StoreError) -> [PartitionClock: Timestamp]
}

extension EventLog {
    /// A page of one stream, in order of version, however large its events are: for pages of a few.
    public func events(
        in partition: Partition,
        of stream: StreamID,
        after version: Int,
        limit: Int
    ) async throws(StoreError) -> [StoredEvent] {
        try await events(
            in: partition,
            of: stream,
            after: version,
            limit: limit,
            limitBytes: .max
        )
    }
}

/// A stretch of a partition's event log.
public struct LogSpan: Hashable, Sendable {
    /// The partition.
    public let partition: Partition
    /// It begins after this place.
    public let position: LogPosition
    /// At most so many events of it.
    public let limit: Int

    /// Names a stretch.
    public init(in partition: Partition, after position: LogPosition, limit: Int) {
        self.partition = partition
        self.position = position
        self.limit = limit
    }
}

/// A clock of a partition: the live one, or that of one of its sandbox accounts.
public struct PartitionClock: Hashable, Sendable {
    /// The partition.
    public let partition: Partition
    /// The clock.
    public let clock: TimerClock

    /// Names a clock.
    public init(partition: Partition, clock: TimerClock) {
        self.partition = partition
        self.clock = clock
    }
}

/// Asks for the timers of a clock that are due by an instant.
public struct TimerQuery: Hashable, Sendable {
    /// The clock.
    public let clock: PartitionClock
    /// Due at or before this.
    public let through: Timestamp

    /// Puts a query together.
    public init(clock: PartitionClock, through: Timestamp) {
        self.clock = clock
        self.through = through
    }
}

/// Where a partition stands.
public struct PartitionState: Hashable, Sendable {
    /// The last place of its event log.
    public let head: LogPosition
    /// The last ingest record that has been processed.
    public let cursor: IngestPosition
    /// The last ingest record that has been processed with everything it made due.
    public let drained: IngestPosition
    /// The owner's epoch; an append under an older one is refused.
    public let epoch: Int

    /// Puts a state together.
    public init(head: LogPosition, cursor: IngestPosition, drained: IngestPosition, epoch: Int) {
        self.head = head
        self.cursor = cursor
        self.drained = drained
        self.epoch = epoch
    }
}

/// What one turn adds to one partition.
public struct PartitionAppend: Sendable {
    /// The partition.
    public let partition: Partition
    /// What the owner believes; verified in the appending transaction.
    public let expected: PartitionState
    /// The new events, with positions from `expected.head` on.
    public var events: [StoredEvent]
    /// How timers move.
    public var timers: [TimerChange]
    /// The last ingest record processed with this.
    public var cursor: IngestPosition
    /// The last ingest record whose consequences are complete with this.
    public var drained: IngestPosition

    /// Puts an append together.
    public init(
        partition: Partition,
        expected: PartitionState,
        events: [StoredEvent],
        timers: [TimerChange],
        cursor: IngestPosition,
        drained: IngestPosition
    ) {
        self.partition = partition
        self.expected = expected
        self.events = events
        self.timers = timers
        self.cursor = cursor
        self.drained = drained
    }

    /// Where the partition stands once this is written.
    public var result: PartitionState {
        PartitionState(
            head: LogPosition(expected.head.value + Int64(events.count)),
            cursor: cursor,
            drained: drained,
            epoch: expected.epoch
        )
    }
}

/// The clock a timer runs by.
public enum TimerClock: Hashable, Sendable {
    /// The live clock.
    case live
    /// A sandbox account's test clock.
    case sandbox(AccountID)
}

/// A timer armed, moved or removed: `from` and `to` are nil for none.
public struct TimerChange: Hashable, Sendable {
    /// The outcome's stream.
    public let stream: StreamID
    /// The clock it runs by.
    public let clock: TimerClock
    /// Where it was before this turn.
    public let from: Timestamp?
    /// Where it is after it.
    public let to: Timestamp?

    /// Puts a change together.
    public init(stream: StreamID, clock: TimerClock, from: Timestamp?, to: Timestamp?) {
        self.stream = stream
        self.clock = clock
        self.from = from
        self.to = to
    }
}

/// A timer that is due.
public struct DueTimer: Hashable, Sendable {
    /// The clock it runs by.
    public let clock: PartitionClock
    /// The outcome's stream.
    public let stream: StreamID
    /// When its window ended.
    public let due: Timestamp

    /// Puts a timer together.
    public init(clock: PartitionClock, stream: StreamID, due: Timestamp) {
        self.clock = clock
        self.stream = stream
        self.due = due
    }
}
