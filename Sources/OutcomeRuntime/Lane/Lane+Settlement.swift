// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import Metrics
import OutcomeDomain
import Tracing

// MARK: Settlement timers

extension Lane {
    /// Fires the timers of these partitions that may fire, at most a turn's worth.
    ///
    /// A live partition's clock is moved forward first, under the lock that hands out
    /// `received_at`; its timers fire once everything accepted before has been processed
    /// (SPEC 4, Time 3 and 4).
    ///
    /// - Returns: How much there was to do.
    func settleDue(in partitions: [Partition]) async throws(StoreError) -> TurnWork {
        try await raiseFences(of: partitions)
        let queries = partitions.compactMap { runs[$0] }.flatMap(\.dueQueries)
        guard !queries.isEmpty else { return .nothing }
        let limit = configuration.settlementLimitTimers
        let due = try await eventLog.dueTimers(queries, limit: limit)
        let takenAt = clock.now()
        let isComplete = due.count < limit
        let span = tracing.settlement(timers: due.count)
        defer { span?.end() }
        try await activate(inactiveStreams(of: due))
        batch += 1
        var turn = Turn()
        settle(due, through: queries, takenAt: takenAt, into: &turn)
        do throws(StoreError) {
            try await isComplete ? finish(queries, after: &turn) : commit(&turn)
        } catch {
            span?.fail(error)
            forgetClocks(of: partitions)
            throw error
        }
        guard isComplete else { return .full }
        return due.isEmpty ? .nothing : .some
    }

    private func inactiveStreams(of due: [DueTimer]) -> [Partition: [StreamID]] {
        var wanted: [Partition: [StreamID]] = [:]
        for timer in due where registry.actor(of: timer.stream) == nil {
            wanted[timer.clock.partition, default: []].append(timer.stream)
        }
        return wanted
    }

    /// Moves the live clocks of partitions with timers that may be due.
    private func raiseFences(of partitions: [Partition]) async throws(StoreError) {
        guard let now = clock.read().trusted else { return }
        for partition in partitions {
            runs[partition]?.dropPassedFence()
        }
        let ready = partitions.compactMap { runs[$0] }.filter { run in
            guard let due = run.nextLiveDue else { return false }
            return run.fence == nil && due <= now
        }
        let next = try await nextTimers(ready.map { partitionClock($0.partition, .live) })
        for run in ready {
            runs[run.partition]?.nextLiveDue = next[partitionClock(run.partition, .live)]
        }
        let due = ready.map(\.partition).filter { partition in
            guard let due = runs[partition]?.nextLiveDue else { return false }
            return due <= now
        }
        guard !due.isEmpty else { return }
        let heads = try await ingestLog.advanceLiveClock(of: due, to: now)
        for (partition, head) in heads {
            runs[partition]?.fence = PartitionRun.Fence(instant: now, head: head)
        }
    }

    private func partitionClock(_ partition: Partition, _ clock: TimerClock) -> PartitionClock {
        PartitionClock(partition: partition, clock: clock)
    }

    private func nextTimers(
        _ clocks: [PartitionClock]
    ) async throws(StoreError) -> [PartitionClock: Timestamp] {
        guard !clocks.isEmpty else { return [:] }
        return try await eventLog.nextTimers(clocks)
    }

    private func settle(
        _ due: [DueTimer],
        through queries: [TimerQuery],
        takenAt: Timestamp,
        into turn: inout Turn
    ) {
        let reading = clock.read()
        let instants = Dictionary(
            queries.map { ($0.clock, $0.through) },
            uniquingKeysWith: { first, _ in first }
        )
        for timer in due {
            guard let run = runs[timer.clock.partition],
                let through = instants[timer.clock],
                let actor = registry.actor(of: timer.stream)
            else { continue }
            let stamp =
                timer.clock.clock == .live
                ? runs[run.partition]?.stamp(reading, notBefore: through) ?? through
                : through
            actor.assumeIsolated { $0.fired(at: timer.due) }
            let written = settle(
                actor,
                timer.clock.clock,
                through: through,
                at: stamp,
                takenAt: takenAt,
                in: run,
                turn
            )
            turn.add(written, by: actor, clock: timer.clock.clock, to: run)
            if written.isEmpty {
                moveEarly(timer, of: actor, in: &turn)
            } else {
                observe(written, on: timer.clock.clock, now: reading.now)
            }
        }
    }

    /// Moves the row of an outcome that is not due to the end of its window.
    private func moveEarly(_ timer: DueTimer, of actor: OutcomeActor, in turn: inout Turn) {
        let move = actor.assumeIsolated { $0.moveAfterFiringEarly(at: timer.due) }
        let place = Turn.TurnTouch(partition: timer.clock.partition, clock: timer.clock.clock)
        self.move(timer.stream, move, place, in: &turn)
    }

    private func settle(
        _ actor: OutcomeActor,
        _ clock: TimerClock,
        through instant: Timestamp,
        at recordedAt: Timestamp,
        takenAt: Timestamp,
        in run: PartitionRun,
        _ turn: Turn
    ) -> [WrittenFact] {
        let settlesAt = actor.assumeIsolated { $0.settlesAt }
        let context = EnvelopeContext(
            node: node,
            batch: batch,
            recordedAt: recordedAt,
            trace: nil,
            passage: EventPassage(
                advancedBy: settlesAt.flatMap { run.request(passing: $0, on: clock) },
                takenAt: takenAt,
                decidedAt: self.clock.now()
            )
        )
        let position = turn.nextPosition(in: run)
        return actor.assumeIsolated { actor in
            actor.carryOut(
                .settle(through: instant),
                in: TurnPlace(partition: run.partition, context: context, clock: clock),
                from: position,
                metadata: nil,
                routing: { _ in .unroutable(.agentNotFound, catalogVersion: 0) }
            )
        }
    }

    /// Lateness counts from the end of the window, which a timer's row may stand before.
    private func observe(_ written: [WrittenFact], on clock: TimerClock, now: Timestamp) {
        for fact in written.map(\.recorded.fact) {
            guard case .settled = fact.event else { continue }
            meters.settled.increment()
            guard clock == .live else { continue }
            meters.lateness.record(microseconds: now.microseconds(since: fact.time))
        }
    }

    /// Everything due on these clocks is in this turn: afterwards the records behind them are
    /// complete.
    private func finish(
        _ queries: [TimerQuery],
        after turn: inout Turn
    ) async throws(StoreError) {
        for query in queries {
            let partition = query.clock.partition
            runs[partition]?.settled(query.clock.clock, next: nil)
            guard let run = runs[partition], run.state.drained < run.state.cursor else { continue }
            turn.moveCursor(of: run, to: run.state.cursor)
        }
        try await commit(&turn)
        let next = try await nextTimers(queries.map(\.clock))
        for query in queries {
            let due = next[query.clock]
            runs[query.clock.partition]?.settled(query.clock.clock, next: due)
        }
    }
}
