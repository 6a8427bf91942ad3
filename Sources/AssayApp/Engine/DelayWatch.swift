// SPDX-License-Identifier: Apache-2.0

import AsyncAlgorithms
import EventStore
import ExactValues
import Metrics
import ProjectionKit
import ServiceLifecycle
import Synchronization

/// Measures how long events wait: for a lane, and for each read model.
struct DelayWatch: Service {
    static let interval: Duration = .seconds(1)

    let store: any EngineStore
    let board: ProgressBoard
    /// The projections' names.
    let projections: [String]
    /// Where the newest figures are left for people to read.
    let delays: DelayBoard

    func run() async throws {
        let waiting = Gauge(label: "assay_oldest_waiting_seconds")
        let lags = projections.map { name in
            Gauge(label: "assay_projection_lag_seconds", dimensions: [("projection", name)])
        }
        var waitingAge = TrailingAge()
        var lagAges = Array(repeating: TrailingAge(), count: projections.count)
        let ticks = AsyncTimerSequence(interval: Self.interval, clock: .continuous)
        for await _ in ticks.cancelOnGracefulShutdown() {
            // A store that does not answer does not stop the clock of what is known to wait.
            let heads = (try? await store.heads()) ?? [:]
            let states = board.partitions
            let now = ContinuousClock.now
            waitingAge.look(
                ahead: heads.mapValues(\.value),
                behind: states.mapValues(\.cursor.value),
                at: now
            )
            waiting.record(waitingAge.oldest(at: now).seconds)
            for (index, name) in projections.enumerated() {
                lagAges[index].look(
                    ahead: states.mapValues(\.head.value),
                    behind: board.checkpoints(of: name).mapValues(\.value),
                    at: now
                )
                let age = lagAges[index].oldest(at: now).seconds
                lags[index].record(age)
                delays.publish(lagSeconds: age, of: name)
            }
        }
    }
}

/// The newest of these figures.
final class DelayBoard: Sendable {
    private let lags = Mutex<[String: Double]>([:])

    /// For how long each projection has lacked what it lacks.
    var lagSeconds: [String: Double] { lags.withLock { $0 } }

    func publish(lagSeconds age: Double, of projection: String) {
        lags.withLock { $0[projection] = age }
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
