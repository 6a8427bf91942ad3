// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Which requests have advanced a test clock how far, as far as that is still to be told: a window
/// that has ended by an advance, and not by a signal that moved the clock, says by which one.
///
/// Kept in memory only: of what has settled after a restart it is not known.
struct ClockAdvances {
    /// So many are told apart; of those beyond nothing is known.
    static let limitAdvances = 256

    private struct Advance {
        let start: Timestamp
        let end: Timestamp
        let request: String
    }

    private var advances: [Advance] = []

    /// Whether there is no room for another one.
    var isFull: Bool { advances.count >= Self.limitAdvances }

    /// A request has moved the clock.
    mutating func add(from start: Timestamp, to end: Timestamp, by request: String) {
        guard !isFull else { return }
        advances.append(Advance(start: start, end: end, request: request))
    }

    /// The request whose advance passed an instant; nil when none of these did.
    func request(passing instant: Timestamp) -> String? {
        advances.first { $0.start < instant && instant <= $0.end }?.request
    }

    /// Nothing that these have passed is open any more.
    mutating func forget() { advances = [] }
}
