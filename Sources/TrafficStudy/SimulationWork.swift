// SPDX-License-Identifier: Apache-2.0

import EventStore
public import ExactValues
import OutcomeDomain
import OutcomeRuntime
import OutcomesFeed
import Simulation

/// A simulation that has its place among those at a time, and knows what it has to read.
public struct SimulationWork: Sendable {
    let request: SimulationRequest
    /// Whose outcomes are decided again.
    public let account: AccountID
    let position: SimulationPosition
    let seconds: Int
    let feed: any OutcomesFeedReader
    let folds: StreamFolds<SimulatedOutcome>
    let place: StudyPlace
    let meters: SimulationMeters

    /// Gives the place to others; a simulation that is run does so by itself.
    public func end() { place.leave() }

    /// Does the work once; stops when its task is cancelled.
    ///
    /// `told`: Learns how far it has come; what it throws stops the work.
    ///
    /// - Throws: `StudyError.tookTooLong`, `StoreError`, `CancellationError`, and what `told` throws.
    public func run(
        progress told: (SimulationProgress) async throws -> Void = { _ in }
    ) async throws -> SimulationResult {
        defer { end() }
        return try await meters.time { try await decideAgain(told) }
    }

    private func decideAgain(
        _ told: (SimulationProgress) async throws -> Void
    ) async throws -> SimulationResult {
        let deadline = StudyDeadline(seconds: seconds)
        var run = SimulationRun(request, position)
        var walk = OutcomeWalk(
            feed,
            account: account,
            agent: request.agent,
            customer: request.customer,
            openedFrom: request.openedFrom,
            openedBefore: request.openedBefore
        )
        while !walk.isOver, !run.isFull {
            try deadline.check()
            let rows = try await walk.next()
            var left = rows.count
            for group in StreamFolds<SimulatedOutcome>.groups(rows) where !run.isFull {
                let streams = try await folds.streams(of: group, until: deadline)
                meters.countStreams(group.count)
                run.take(group, streams.map(\.state))
                left -= group.count
                try await told(run.progress(left: walk.isOver ? left : nil))
            }
        }
        return run.result
    }
}
