// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// What a lane knows of a partition it runs.
struct PartitionRun {
    let partition: Partition
    /// Where the partition stands in the store.
    var state: PartitionState
    /// The earliest live timer may be due at this time, not sooner; nil when nothing is open.
    var nextLiveDue: Timestamp?
    /// The live clock has been moved to `instant`; what was accepted before lies up to `head`.
    var fence: Fence?
    /// The test clocks of the sandbox accounts seen so far.
    var sandboxes: [AccountID: SandboxRun] = [:]
    /// Test clocks that hold once the records up to `head` are processed; after a restart.
    var recovery: (head: IngestPosition, clocks: [AccountID: Timestamp])?
    /// The latest live time an envelope was stamped with; it never goes back (ADR 0016).
    private(set) var recordedAt: Timestamp

    struct Fence {
        let instant: Timestamp
        let head: IngestPosition
    }

    struct SandboxRun {
        /// The clock as of the last processed record.
        var clock: Timestamp
        /// The earliest timer may be due at this time, not sooner; nil when nothing is open.
        var nextDue: Timestamp?
        /// Who advanced the clock since everything due was settled.
        var advances = ClockAdvances()

        var isDue: Bool {
            guard let nextDue else { return false }
            return nextDue <= clock
        }

        mutating func advance(to instant: Timestamp, by request: String?) {
            if let request, instant > clock {
                if advances.isFull, !isDue { advances.forget() }
                advances.add(from: clock, to: instant, by: request)
            }
            clock = instant
        }
    }

    init(partition: Partition, state: PartitionState, recordedAt: Timestamp = .earliest) {
        self.partition = partition
        self.state = state
        self.recordedAt = recordedAt
        nextLiveDue = .earliest
    }
}

// MARK: Time

extension PartitionRun {
    /// The time to stamp live envelopes with: the clock's, but never before what was stamped last
    /// or what it is about; a clock in doubt is not believed.
    mutating func stamp(_ reading: ClockReading, notBefore: Timestamp) -> Timestamp {
        recordedAt = max(recordedAt, notBefore, reading.trusted ?? .earliest)
        return recordedAt
    }

    /// Nothing of a turn is known to be written: everything is as before it, but for the latest
    /// stamp, which may be in the store already.
    mutating func undo(to before: PartitionRun) {
        let latest = max(recordedAt, before.recordedAt)
        self = before
        recordedAt = latest
    }

    /// A record has been processed: a sandbox's clock stands at the record's time.
    ///
    /// `request`: The id of the request that advanced the clock by this record, if it did no other thing.
    mutating func processed(_ record: IngestRecord, advancedBy request: String?) {
        guard record.isSandbox else { return }
        let clock = record.receipt.receivedAt
        sandboxes[record.account, default: SandboxRun(clock: clock, nextDue: .earliest)]
            .advance(to: clock, by: request)
    }

    /// The request that advanced a test clock past an instant, as far as that is known; none moves
    /// the live one.
    func request(passing instant: Timestamp, on clock: TimerClock) -> String? {
        guard case .sandbox(let account) = clock else { return nil }
        return sandboxes[account]?.advances.request(passing: instant)
    }

    /// A timer has been armed.
    mutating func armed(_ change: TimerChange) {
        guard let due = change.to else { return }
        switch change.clock {
        case .live:
            nextLiveDue = min(nextLiveDue ?? due, due)
        case .sandbox(let account):
            guard let nextDue = sandboxes[account]?.nextDue else {
                sandboxes[account]?.nextDue = due
                return
            }
            sandboxes[account]?.nextDue = min(nextDue, due)
        }
    }

    /// Once everything up to the recovered head is processed, the recovered clocks hold.
    mutating func finishRecovery() {
        guard let recovery, state.cursor >= recovery.head else { return }
        for (account, clock) in recovery.clocks {
            let known = sandboxes[account]?.clock ?? clock
            sandboxes[account] = SandboxRun(clock: max(known, clock), nextDue: .earliest)
        }
        self.recovery = nil
    }

    /// Whether a sandbox has outcomes to settle before its records' consequences are complete.
    var hasDueSandbox: Bool {
        recovery != nil || sandboxes.values.contains(where: \.isDue)
    }

    /// The clocks with timers that may be due and may fire: everything accepted before has been
    /// processed (SPEC 4, Time 3).
    var dueQueries: [TimerQuery] {
        var queries: [TimerQuery] = []
        if let fence, state.cursor >= fence.head, let due = nextLiveDue, due <= fence.instant {
            queries.append(query(.live, through: fence.instant))
        }
        for (account, sandbox) in sandboxes where sandbox.isDue {
            queries.append(query(.sandbox(account), through: sandbox.clock))
        }
        return queries
    }

    /// A fence that was reached and has nothing left behind it makes room for the next one.
    mutating func dropPassedFence() {
        guard let fence, state.cursor >= fence.head else { return }
        if let due = nextLiveDue, due <= fence.instant { return }
        self.fence = nil
    }

    private func query(_ clock: TimerClock, through instant: Timestamp) -> TimerQuery {
        TimerQuery(
            clock: PartitionClock(partition: partition, clock: clock),
            through: instant
        )
    }

    /// Nothing is known of the sandboxes' timers any more: they are looked up again.
    mutating func forgetSandboxTimers() {
        for account in sandboxes.keys {
            sandboxes[account]?.nextDue = .earliest
        }
    }

    /// Everything due on a clock has been settled; its next timer is due then, or there is none.
    mutating func settled(_ clock: TimerClock, next: Timestamp?) {
        switch clock {
        case .live:
            nextLiveDue = next
            fence = nil
        case .sandbox(let account):
            sandboxes[account]?.nextDue = next
            sandboxes[account]?.advances.forget()
        }
    }
}
