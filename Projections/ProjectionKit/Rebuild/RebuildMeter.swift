// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Measures how fast a rebuild goes, and when it is time to tell.
final class RebuildMeter: Sendable {
    private struct State {
        var start = ContinuousClock.now
        var events = 0
        var told = ContinuousClock.now
    }

    private let interval: Duration
    private let state = Mutex(State())

    init(interval: Duration) {
        self.interval = interval
    }

    /// Events a second since the beginning; nil while that says nothing.
    func add(_ events: Int) -> Double? {
        state.withLock { state in
            state.events += events
            let seconds = (ContinuousClock.now - state.start) / .seconds(1)
            return seconds > 0.1 ? Double(state.events) / seconds : nil
        }
    }

    /// Whether the interval has passed since it last was.
    func isDue() -> Bool {
        state.withLock { state in
            guard ContinuousClock.now - state.told >= interval else { return false }
            state.told = .now
            return true
        }
    }
}
