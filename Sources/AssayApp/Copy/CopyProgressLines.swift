// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// Tells a person how a copy goes: a line every few seconds.
actor CopyProgressLines {
    static let interval: Duration = .seconds(2)

    private enum Phase: String {
        case copying = "Copying"
        case reading = "Reading both sides back"
    }

    private let total: Int
    private let say: @Sendable (String) -> Void
    private var phase = Phase.copying
    private var events = 0
    private var rows = 0
    private var last: (time: ContinuousClock.Instant, events: Int, rows: Int)

    /// `total`: How many events the source has.
    init(total: Int, say: @escaping @Sendable (String) -> Void) {
        self.total = total
        self.say = say
        last = (.now, 0, 0)
    }

    /// How many events were copied by this run.
    private(set) var copied = 0

    func took(_ step: CopyStep) {
        switch step {
        case .events(let partition, let count):
            copied += count
            add(events: count, rows: 0, in: partition, phase: .copying)
        case .claims(let partition, let count), .records(let partition, let count),
            .clocks(let partition, let count), .timers(let partition, let count),
            .checkpoints(let partition, let count),
            .keys(let partition, let count):
            add(events: 0, rows: count, in: partition, phase: .copying)
        case .read(let partition, let count):
            add(events: count, rows: 0, in: partition, phase: .reading)
        case .compared, .cleared, .accepted, .heads, .released:
            break
        }
    }

    private func add(events more: Int, rows moreRows: Int, in partition: Partition, phase: Phase) {
        if phase != self.phase {
            self.phase = phase
            (events, rows) = (0, 0)
            last = (.now, 0, 0)
        }
        events += more
        rows += moreRows
        let now = ContinuousClock.now
        let passed = now - last.time
        guard passed >= Self.interval else { return }
        let seconds =
            Double(passed.components.seconds)
            + Double(passed.components.attoseconds) / 1e18
        let all = phase == .reading ? 2 * total : total
        let rate = Int(Double(events - last.events + rows - last.rows) / seconds)
        say(
            "\(phase.rawValue): partition \(partition), \(events) of \(all) events in this run, "
                + "\(rate) rows/s"
        )
        last = (now, events, rows)
    }
}
