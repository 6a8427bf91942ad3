// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import Logging
import Metrics
import Tracing

extension Lane {
    /// Appends what a turn has brought, in one go, and tells those who follow.
    ///
    /// If it fails, the actors touched are dropped: memory never runs ahead of the store.
    func commit(_ turn: inout Turn) async throws(StoreError) {
        moveTimers(of: &turn)
        moveDrained(of: &turn)
        let appends = turn.appends.values.sorted { $0.partition < $1.partition }
        guard !appends.isEmpty else { return }
        let start = ContinuousClock.now
        do throws(StoreError) {
            try await eventLog.append(appends)
        } catch {
            registry.drop(turn.touched.values.map(\.actor.stream))
            throw error
        }
        meters.appendTime.record(duration: ContinuousClock.now - start)
        for append in appends {
            let facts = turn.facts[append.partition] ?? []
            var balance = SignalBalance(
                otherRecords: turn.otherRecords[append.partition] ?? 0
            )
            balance.passedPlaces = append.cursor.value - append.expected.cursor.value
            balance.count(facts)
            runs[append.partition]?.state = append.result
            runs[append.partition]?.finishRecovery()
            tellResidual(of: balance, in: append.partition)
            meters.countDeadLetters(of: facts)
            observer.committed(append.partition, state: append.result, facts: facts)
        }
    }

    /// A signal without a fact, or with two, is a fault of ours that nothing else would show.
    private func tellResidual(of balance: SignalBalance, in partition: Partition) {
        meters.record(balance)
        guard balance.residual != 0 else { return }
        logger.critical(
            "signals are unaccounted for",
            metadata: [
                "partition": "\(partition)", "signals": "\(balance.residual)", "batch": "\(batch)",
            ]
        )
    }

    private func moveTimers(of turn: inout Turn) {
        for (actor, place) in turn.touched.values {
            guard let move = actor.assumeIsolated({ $0.timerMove() }) else { continue }
            self.move(actor.stream, move, place, in: &turn)
        }
    }

    func move(
        _ stream: StreamID,
        _ move: TimerMove,
        _ place: Turn.TurnTouch,
        in turn: inout Turn
    ) {
        guard let run = runs[place.partition] else { return }
        let change = TimerChange(
            stream: stream,
            clock: place.clock,
            from: move.from,
            to: move.to
        )
        turn.move(change, in: run)
        runs[place.partition]?.armed(change)
    }

    /// The consequences of a partition's records are complete when no sandbox has anything due.
    private func moveDrained(of turn: inout Turn) {
        for append in turn.appends.values {
            guard let run = runs[append.partition], !run.hasDueSandbox else { continue }
            turn.moveDrained(of: run, to: append.cursor)
        }
    }

    /// After a failed append nothing is known of the timers: they are looked up again.
    func forgetClocks(of partitions: [Partition]) {
        for partition in partitions {
            runs[partition]?.nextLiveDue = .earliest
            runs[partition]?.forgetSandboxTimers()
        }
    }
}
