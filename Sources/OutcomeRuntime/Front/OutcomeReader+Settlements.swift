// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import OutcomeDomain

/// What settles next in a sandbox account if no other signal comes first.
public struct NextSettlements: Sendable {
    /// One of the outcomes that settle then.
    public struct Settlement: Sendable {
        /// The outcome.
        public let key: OutcomeKey
        /// What it would become.
        public let ending: Ending
    }

    /// The instant to move the clock to.
    public let instant: Timestamp
    /// What settles at that instant; nothing when only timers of windows that have moved lie before
    /// it, and what comes then is not known yet.
    public let settlements: [Settlement]
    /// Whether more may settle at that instant than was looked at.
    public let isCut: Bool
}

extension OutcomeReader {
    /// So many timers of a sandbox are looked at for its next settlement.
    public static let nextLimitTimers = 200

    /// What settles next in a sandbox account; nil when no window is open there.
    ///
    /// Its timers are read, earliest first. A timer may be earlier than the end of its outcome's
    /// window (ADR 0035), so each outcome is asked when it settles. Where all timers that are looked
    /// at turn out to be early, the instant of the last one is told, at which nothing settles.
    public func nextSettlements(
        ofSandbox account: AccountID
    ) async throws(StoreError) -> NextSettlements? {
        let partition = partitioning.partition(sandbox: account)
        let clock = PartitionClock(partition: partition, clock: .sandbox(account))
        let timers = try await eventLog.dueTimers(
            [TimerQuery(clock: clock, through: .latest)],
            limit: Self.nextLimitTimers
        )
        guard let last = timers.last else { return nil }
        // What is not looked at ends no earlier than this.
        let horizon = timers.count < Self.nextLimitTimers ? Timestamp.latest : last.due
        var streams: [StreamID] = []
        var seen: Set<StreamID> = []
        for timer in timers where seen.insert(timer.stream).inserted {
            streams.append(timer.stream)
        }
        let folds = try await eventLog.outcomes([partition: streams])
        var next: (instant: Timestamp, settlements: [NextSettlements.Settlement])?
        for stream in streams {
            guard case .live(let live)? = folds[stream]?.outcome.phase,
                let key = OutcomeKey(stream.key),
                next.map({ live.settlesAt <= $0.instant }) ?? true
            else { continue }
            if live.settlesAt != next?.instant { next = (live.settlesAt, []) }
            next?.settlements.append(.init(key: key, ending: live.ending))
        }
        guard let next, next.instant <= horizon else {
            // Every timer is that of a window that has moved, or ended.
            guard horizon != .latest else { return nil }
            return NextSettlements(instant: horizon, settlements: [], isCut: true)
        }
        return NextSettlements(
            instant: next.instant,
            settlements: next.settlements,
            isCut: next.instant == horizon
        )
    }
}
