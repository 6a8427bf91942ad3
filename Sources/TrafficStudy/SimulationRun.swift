// SPDX-License-Identifier: Apache-2.0

import OutcomesFeed
import Simulation

/// What a simulation has found so far.
struct SimulationRun {
    private let request: SimulationRequest
    private let position: SimulationPosition
    private let limit: Int
    private var table = SimulationTable()
    private var changes: [SimulationResult.Change] = []
    /// Whether more outcomes fit than were asked about, so that no further one is wanted.
    private(set) var isFull = false

    init(_ request: SimulationRequest, _ position: SimulationPosition) {
        var request = request
        request.position = nil
        request.outcomes = min(max(request.outcomes, 1), StudyLimits.maximumOutcomes)
        request.changes = min(max(request.changes, 0), StudyLimits.maximumChanges)
        self.request = request
        self.position = position
        limit = request.outcomes
    }

    /// Takes outcomes in the order of the feed; one that was not open at the position is none.
    mutating func take(_ rows: ArraySlice<OutcomeRow>, _ states: [SimulatedOutcome]) {
        for (row, state) in zip(rows, states) {
            guard let comparison = state.compared(through: position.now) else { continue }
            guard table.outcomes < limit else {
                isFull = true
                return
            }
            table.count(comparison)
            guard comparison.isChanged, changes.count < request.changes else { continue }
            changes.append(SimulationResult.Change(key: row.key, comparison: comparison))
        }
    }

    /// `left`: How many outcomes are still to come, once that is known.
    func progress(left: Int?) -> SimulationProgress {
        let done = table.outcomes
        return SimulationProgress(done: done, of: left.map { min(limit, done + $0) } ?? limit)
    }

    var result: SimulationResult {
        SimulationResult(
            position: position,
            request: request,
            table: table,
            changes: changes,
            hasMore: isFull
        )
    }
}
