// SPDX-License-Identifier: Apache-2.0

import EventStore
import Metrics

/// What simulations cost the node.
///
/// No metric carries an account or a key.
struct SimulationMeters: Sendable {
    /// How a simulation ended.
    enum End: String, CaseIterable {
        case answered
        /// It took longer than it may.
        case tooLarge = "too_large"
        /// Nobody wants the answer any more.
        case stopped
        /// A fault of ours.
        case failed

        fileprivate init(_ error: any Error) {
            switch error {
            case is StudyError: self = .tooLarge
            case is StoreError: self = .failed
            default: self = .stopped
            }
        }
    }

    private let running = Gauge(label: "assay_simulations_running")
    private let refused = Counter(label: "assay_simulations_refused_total")
    private let streams = Counter(label: "assay_simulation_streams_total")
    private let times = Dictionary(
        uniqueKeysWithValues: End.allCases.map { end in
            (end, Timer(label: "assay_simulation_seconds", dimensions: [("end", end.rawValue)]))
        }
    )

    /// So many are being made now.
    func running(_ count: Int) { running.record(count) }

    /// One more was refused since too many are being made.
    func countRefused() { refused.increment() }

    /// So many more streams were decided again.
    func countStreams(_ count: Int) { streams.increment(by: count) }

    /// Times a simulation, however it ends.
    func time<Value>(_ work: () async throws -> Value) async throws -> Value {
        let started = ContinuousClock.now
        do {
            let value = try await work()
            times[.answered]?.record(duration: ContinuousClock.now - started)
            return value
        } catch {
            times[End(error)]?.record(duration: ContinuousClock.now - started)
            throw error
        }
    }
}
