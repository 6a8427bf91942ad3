// SPDX-License-Identifier: Apache-2.0

/// Tells a person how an audit goes: a line every few seconds.
actor AuditProgressLines {
    static let interval: Duration = .seconds(2)

    private let total: Int
    private let say: @Sendable (String) -> Void
    private let start = ContinuousClock.now
    private var events = 0
    private var last: (time: ContinuousClock.Instant, events: Int)

    /// `total`: How many events there are.
    init(total: Int, say: @escaping @Sendable (String) -> Void) {
        self.total = total
        self.say = say
        last = (.now, 0)
    }

    /// So many events more were walked.
    func walked(_ count: Int) {
        events += count
        let now = ContinuousClock.now
        guard now - last.time >= Self.interval else { return }
        let rate = Self.rate(events - last.events, in: now - last.time)
        // A store that is written to meanwhile has more than it had.
        let percent = total == 0 ? 100 : min(100, 100 * events / total)
        say("\(percent) %: \(events) of \(total) events, \(rate) ev/s")
        last = (now, events)
    }

    /// Events a second since the beginning.
    var rate: Int { Self.rate(events, in: .now - start) }

    private static func rate(_ events: Int, in duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(Double(events) / max(0.001, Double(seconds) + Double(attoseconds) / 1e18))
    }
}
