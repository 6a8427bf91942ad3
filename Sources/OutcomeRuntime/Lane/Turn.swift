// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain

/// What one turn adds, partition by partition, until it is appended in one go.
struct Turn {
    private(set) var appends: [Partition: PartitionAppend] = [:]
    private(set) var facts: [Partition: [LoggedFact]] = [:]
    /// The actors whose memory runs ahead of the store until the append has succeeded.
    private(set) var touched: [ObjectIdentifier: (actor: OutcomeActor, place: TurnTouch)] = [:]

    /// Records it has taken from the ingest log that owe no fact.
    private(set) var otherRecords: [Partition: Int64] = [:]

    /// Partitions that cannot go on after this turn, and why.
    private(set) var stops: [Partition: String] = [:]

    struct TurnTouch {
        let partition: Partition
        let clock: TimerClock
    }

    var isEmpty: Bool { appends.isEmpty }

    /// Where the next event of a partition goes.
    func nextPosition(in run: PartitionRun) -> LogPosition {
        let added = appends[run.partition]?.events.count ?? 0
        return LogPosition(run.state.head.value + Int64(added) + 1)
    }

    mutating func add(
        _ written: [WrittenFact],
        by actor: OutcomeActor,
        clock: TimerClock,
        to run: PartitionRun
    ) {
        let place = TurnTouch(partition: run.partition, clock: clock)
        touched[ObjectIdentifier(actor)] = (actor, place)
        guard !written.isEmpty else { return }
        update(run) { $0.events.append(contentsOf: written.map(\.stored)) }
        facts[run.partition, default: []].append(
            contentsOf: written.lazy.map { .outcome($0.recorded) }
        )
    }

    mutating func add(_ stored: StoredEvent, _ recorded: RecordedValue, to run: PartitionRun) {
        update(run) { $0.events.append(stored) }
        facts[run.partition, default: []].append(.value(recorded))
    }

    /// Takes note of what a record asks that the cursor passes.
    mutating func took(_ payload: IngestPayload, in partition: Partition) {
        switch payload {
        case .signal, .value: return
        case .redrive, .discard, .clockAdvanced, .erasure: otherRecords[partition, default: 0] += 1
        }
    }

    mutating func moveCursor(of run: PartitionRun, to position: IngestPosition) {
        update(run) { $0.cursor = position }
    }

    mutating func moveDrained(of run: PartitionRun, to position: IngestPosition) {
        update(run) { $0.drained = position }
    }

    mutating func move(_ change: TimerChange, in run: PartitionRun) {
        update(run) { $0.timers.append(change) }
    }

    /// A partition ends here: its next record cannot be read.
    mutating func stop(_ partition: Partition, because reason: String) {
        stops[partition] = reason
    }

    private mutating func update(_ run: PartitionRun, _ change: (inout PartitionAppend) -> Void) {
        let empty = PartitionAppend(
            partition: run.partition,
            expected: run.state,
            events: [],
            timers: [],
            cursor: run.state.cursor,
            drained: run.state.drained
        )
        change(&appends[run.partition, default: empty])
    }
}
