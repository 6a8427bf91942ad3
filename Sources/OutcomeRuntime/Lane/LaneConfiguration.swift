// SPDX-License-Identifier: Apache-2.0

public import EventSchema
public import EventStore

/// The bounds of a lane.
public struct LaneConfiguration: Sendable {
    /// At most this many ingest records are processed in one turn.
    public var batchLimitRecords = 2000
    /// At most this many bytes of their payloads, but for each partition's first record.
    public var batchLimitBytes = 16_777_216
    /// At most this many timers fire in one turn.
    public var settlementLimitTimers = 2000
    /// At most this many outcome actors stay in memory between turns.
    public var activeLimitOutcomes = 50_000
    /// After a turn that did not fill its bounds the lane rests this many times as long as the turn
    /// took, so that more comes together for the next one.
    public var restFactor = 1
    /// While clients queue up to be accepted, it rests this many times as long after every turn.
    public var pressedRestFactor = 3
    /// The longest such rest.
    public var pressedRestLimit: Duration = .seconds(3)
    /// The longest rest between two turns while nobody queues up.
    public var restLimit: Duration = .milliseconds(5)
    /// Timers and the log are looked at this often even if nobody wakes the lane.
    public var tick: Duration = .milliseconds(50)
    /// After a store fault the lane waits this long, doubling up to the longest.
    public var retryDelay: Duration = .milliseconds(100)
    /// The longest wait after repeated store faults.
    public var retryDelayLongest: Duration = .seconds(5)
    /// After SIGTERM the lane goes on with what is already accepted for this long.
    public var drainTime: Duration = .seconds(5)

    /// The bounds as they are unless set.
    public init() {}
}

/// Told of what a lane has committed; must not block.
public protocol LaneObserver: Sendable {
    /// A partition's append is durable.
    func committed(_ partition: Partition, state: PartitionState, facts: [LoggedFact])

    /// A partition has stopped until a restart: what it has accepted waits.
    func halted(_ partition: Partition)
}
