// SPDX-License-Identifier: Apache-2.0

import EventStore
import Logging
import ServiceLifecycle
import Synchronization

/// A runner's work: the order at hand, the next batches.
struct RebuildPass {
    /// Progress is logged this often.
    private static let logInterval: Duration = .seconds(10)
    /// The last step to the live rows is taken while they wait, so it has to be short.
    private static let closeLimitEvents: Int64 = 2_000
    private static let firstBackOff: Duration = .milliseconds(100)
    private static let longestBackOff: Duration = .seconds(5)
    /// So often the live copy is asked how far it has got before that is given up.
    private static let liveLimitTries = 10

    private let runner: RebuildRunner
    private var record = RebuildRecord.none
    private var pause = RebuildPass.firstBackOff
    private var liveTries = 0

    init(runner: RebuildRunner) {
        self.runner = runner
    }

    private var site: any RebuildSite { runner.site }
    private var logger: Logger { runner.logger }
    /// Asked when an order comes, and at no other time: who orders a rebuild of a projection that has
    /// stopped wants its rows replaced; one that stops meanwhile says nothing of the rows.
    private var isLiveStopped: Bool { runner.live.health.failure != nil }

    /// Takes up what a process before this one has left.
    mutating func restore() async {
        do throws(StoreError) {
            let record = try await site.record()
            self.record = record
            if record.stage == .building || record.stage == .paused { try await measure() }
            runner.update { status in
                status.verdict = record.verdict
                status.phase =
                    switch record.stage {
                    case .none: .none
                    case .building: .building
                    case .paused: .paused
                    case .swapped: .swapped
                    }
            }
            guard record.stage != .none else { return }
            logger.info(
                "a rebuild was begun before",
                metadata: ["phase": "\(runner.status.phase.name)"]
            )
        } catch {
            logger.error(
                "a rebuild cannot be taken up; the next start tries again",
                metadata: ["error": "\(error)", "detail": "\(error.detail)"]
            )
        }
    }

    /// Builds until the copy is live, or something stands in the way.
    mutating func work() async {
        while runner.status.phase == .building, !runner.isInterrupted, !Task.isCancelled {
            do throws(RebuildObstacle) {
                try await build()
                pause = Self.firstBackOff
                liveTries = 0
            } catch {
                await recover(from: error)
            }
        }
    }

    private mutating func recover(from obstacle: RebuildObstacle) async {
        switch obstacle {
        case .interrupted:
            runner.update { if $0.phase == .comparing { $0.phase = .building } }
        case .failure(let failure):
            runner.update { $0.phase = .failed(failure) }
            logger.critical(
                "a rebuild cannot apply a fact and has stopped",
                metadata: [
                    "partition": "\(failure.partition)",
                    "position": "\(failure.position)",
                    "reason": "\(failure.reason)",
                ]
            )
        case .live(let fault):
            liveTries += 1
            guard fault.reason == .damaged || liveTries >= Self.liveLimitTries else {
                return await wait(for: fault)
            }
            liveTries = 0
            runner.update { $0.phase = .liveUnreadable(fault.detail) }
            logger.critical(
                "a rebuild has stopped: the live rows do not say how far they have got",
                metadata: ["error": "\(fault)", "detail": "\(fault.detail)"]
            )
        case .store(let fault):
            await wait(for: fault)
        }
    }

    private mutating func wait(for fault: StoreError) async {
        runner.update { if $0.phase == .comparing { $0.phase = .building } }
        logger.warning(
            "a rebuild waits for the store",
            metadata: ["error": "\(fault)", "detail": "\(fault.detail)"]
        )
        try? await runner.clock.sleep(for: pause)
        // A copy whose file has failed is a new and empty one by now.
        try? await measure()
        pause = min(pause * 2, Self.longestBackOff)
    }
}

// MARK: Orders

extension RebuildPass {
    /// Carries an order out, between two batches.
    mutating func carryOut(_ order: RebuildOrder) async -> Result<RebuildStatus, RebuildRefusal> {
        if let refusal = refusal(of: order) { return .failure(refusal) }
        do throws(StoreError) {
            switch order {
            case .start: try await start()
            case .pause: try await enter(.paused, stage: .paused)
            case .resume:
                record.acceptsDifference = record.acceptsDifference || isLiveStopped
                try await enter(.building, stage: .building)
            case .swap(let acceptingDifference):
                record.acceptsDifference = acceptingDifference
                try await enter(.building, stage: .building)
            case .drop:
                try await site.drop()
                record = .none
                runner.update { status in
                    // Rows that differed and were not replaced still differ: that is not forgotten.
                    let finding = status.phase == .swapped ? nil : status.comparison
                    status = RebuildStatus(projection: status.projection)
                    status.comparison = finding
                }
            }
            logger.notice("rebuild", metadata: ["order": "\(order)"])
            return .success(runner.status)
        } catch {
            return .failure(RebuildRefusal("The read models could not be written: \(error)."))
        }
    }

    private func refusal(of order: RebuildOrder) -> RebuildRefusal? {
        let phase = runner.status.phase
        switch (order, phase) {
        case (.start, .none):
            return site.hindrance.map(RebuildRefusal.init)
        case (.start, .swapped):
            return RebuildRefusal("The old copy is still kept: drop it first.")
        case (.start, _):
            return RebuildRefusal("A rebuild is under way (\(phase.name)): resume or drop it.")
        case (.pause, .building), (.pause, .comparing), (.pause, .differing),
            (.resume, .paused), (.resume, .failed), (.resume, .liveUnreadable), (.swap, .differing),
            (.drop, _):
            return phase == .none ? RebuildRefusal("There is nothing to drop.") : nil
        case (.pause, _): return RebuildRefusal("Nothing is being built (\(phase.name)).")
        case (.resume, _): return RebuildRefusal("Nothing waits to go on (\(phase.name)).")
        case (.swap, _):
            return RebuildRefusal(
                "Nothing waits to be swapped (\(phase.name)): equal copies swap by themselves."
            )
        }
    }

    private mutating func start() async throws(StoreError) {
        // What a rebuild that was cut short in its first moment has left.
        try await site.drop()
        record = RebuildRecord(stage: .building, acceptsDifference: isLiveStopped)
        try await site.write(record)
        runner.update { status in
            let finding = status.comparison
            status = RebuildStatus(projection: status.projection)
            status.comparison = finding
            status.phase = .building
        }
        try await measure()
    }

    private mutating func enter(
        _ phase: RebuildStatus.Phase,
        stage: RebuildRecord.Stage
    ) async throws(StoreError) {
        record.stage = stage
        try await site.write(record)
        runner.update { $0.phase = phase }
    }
}

// MARK: Building

extension RebuildPass {
    private func measure() async throws(StoreError) {
        let goal = try await site.liveCheckpoints()
        let done = try await site.copy().checkpoints()
        runner.update {
            $0.goalEvents = goal.values.reduce(0) { $0 + $1.value }
            $0.doneEvents = done.values.reduce(0) { $0 + $1.value }
        }
    }

    /// From where the copy stands to the swap.
    private mutating func build() async throws(RebuildObstacle) {
        if let hindrance = site.hindrance {
            // The live rows were lost meanwhile: half of them are no measure, and no goal either.
            throw .store(StoreError(.unavailable, detail: hindrance))
        }
        try await approach()
        try await site.complete()
        let comparison = try await compare()
        guard comparison.isEqual || record.acceptsDifference else {
            runner.update { $0.phase = .differing }
            return
        }
        try await approach()
        let verdict = RebuildRecord.Verdict(
            rows: comparison.rows,
            differences: comparison.differenceCount,
            digest: comparison.rebuiltDigest
        )
        let swapped = RebuildRecord(stage: .swapped, verdict: verdict)
        let runner = runner
        try await site.swap(recording: swapped) { goal throws(RebuildObstacle) in
            // Not to be interrupted: the live projection waits.
            try await Self.catchUp(runner, to: goal, isInterrupted: { false })
        }
        record = swapped
        runner.update {
            $0.verdict = verdict
            $0.phase = .swapped
        }
        logger.notice(
            "the rebuilt copy is live; the old one is kept until it is dropped",
            metadata: [
                "rows": "\(comparison.rows)", "differences": "\(comparison.differenceCount)",
                "digest": "\(comparison.rebuiltDigest)",
            ]
        )
        runner.live.resume()
    }

    /// Follows the live copy until so little is left that it may wait for the rest.
    private func approach() async throws(RebuildObstacle) {
        let runner = runner
        while true {
            let goal: [Partition: LogPosition]
            do throws(StoreError) {
                goal = try await site.liveCheckpoints()
            } catch {
                throw .live(error)
            }
            let events = goal.values.reduce(0) { $0 + $1.value }
            runner.update { $0.goalEvents = events }
            guard runner.status.remainingEvents > 0 else { return }
            let isClose = runner.status.remainingEvents <= Self.closeLimitEvents
            try await Self.catchUp(runner, to: goal, isInterrupted: { runner.isInterrupted })
            if isClose { return }
        }
    }

    private func compare() async throws(RebuildObstacle) -> ReadModelComparison {
        let runner = runner
        runner.update { $0.phase = .comparing }
        let comparison = try await site.compare(
            catchUp: { goal throws(RebuildObstacle) in
                try await Self.catchUp(runner, to: goal, isInterrupted: { runner.isInterrupted })
            },
            isInterrupted: { runner.isInterrupted }
        )
        runner.update {
            $0.comparison = comparison
            $0.phase = .building
        }
        guard !comparison.isEqual else {
            logger.info("both copies are equal", metadata: ["rows": "\(comparison.rows)"])
            return comparison
        }
        // Where they differ is for the operator's eyes: a row is named by a client's keys.
        logger.critical(
            "the live rows are not what the log gives",
            metadata: [
                "differences": "\(comparison.differenceCount)",
                "tables": "\(Set(comparison.differences.map(\.table)).sorted())",
            ]
        )
        return comparison
    }

    private static func catchUp(
        _ runner: RebuildRunner,
        to goal: [Partition: LogPosition],
        isInterrupted: @escaping @Sendable () -> Bool
    ) async throws(RebuildObstacle) {
        let copy: any ReadModel
        do throws(StoreError) {
            copy = try await runner.site.copy()
        } catch {
            throw .store(error)
        }
        let meter = RebuildMeter(interval: logInterval)
        let walk = CatchUp(
            model: copy,
            source: runner.source,
            isInterrupted: isInterrupted,
            advanced: { count in
                runner.update {
                    $0.doneEvents += Int64(count)
                    $0.eventsPerSecond = meter.add(count) ?? $0.eventsPerSecond
                }
                guard meter.isDue() else { return }
                let status = runner.status
                runner.logger.info(
                    "rebuilding",
                    metadata: [
                        "done_events": "\(status.doneEvents)",
                        "remaining_events": "\(status.remainingEvents)",
                        "events_per_second": "\(Int(status.eventsPerSecond ?? 0))",
                    ]
                )
            }
        )
        do throws(RebuildObstacle) {
            try await walk.run(to: goal)
        } catch {
            // What is in the rows is known again only from the copy itself.
            let done = try? await copy.checkpoints()
            if let done {
                runner.update { $0.doneEvents = done.values.reduce(0) { $0 + $1.value } }
            }
            throw error
        }
    }
}
