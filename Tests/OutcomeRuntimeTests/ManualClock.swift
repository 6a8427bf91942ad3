// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeRuntime
import Synchronization

/// A clock that moves only when told.
final class ManualClock: WallClock {
    private let state: Mutex<(now: Timestamp, doubt: String?)>

    init(_ now: Timestamp) { state = Mutex((now, nil)) }

    func read() -> ClockReading {
        state.withLock { ClockReading(now: $0.now, doubt: $0.doubt) }
    }

    func move(to instant: Timestamp) { state.withLock { $0.now = instant } }

    func move(bySeconds seconds: Int64) {
        state.withLock { $0.now = $0.now.adding(seconds: seconds) }
    }

    func fallIntoDoubt(_ reason: String?) { state.withLock { $0.doubt = reason } }
}
