// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Journeys

/// The hops of a passage that have a time, drawn to scale.
struct WaterFall {
    /// A hop: from the one before to itself.
    struct Bar {
        let name: String
        let x: String
        let y: Int
        let width: String
        let textY: Int
        /// Where the duration stands, and on which side of it.
        let labelX: String
        let anchor: String
        let since: String
        let kind: String
    }

    /// The pixels of the drawing; it grows and shrinks as a whole.
    private static let nameWidth = 190.0
    private static let barsWidth = 520.0
    private static let rowHeight = 28
    private static let barHeight = 14
    private static let leastWidth = 2.0
    /// To the right of this a duration stands to the left of its bar.
    private static let labelLimit = 610.0

    let width = 720
    let height: Int
    let bars: [Bar]
    let whole: String
    let gridX: [String]

    /// Nil when there is nothing to draw.
    init?(_ steps: [JourneyStep]) {
        let timed = steps.filter { $0.at != nil }
        let times = timed.compactMap(\.at)
        guard timed.count > 1, let first = times.min(), let last = times.max() else { return nil }
        let span = max(1, last.microseconds(since: first))
        func x(_ time: Timestamp) -> Double {
            let part = Double(time.microseconds(since: first)) / Double(span)
            return Self.nameWidth + Self.barsWidth * part
        }
        var bars: [Bar] = []
        for (row, step) in timed.enumerated() {
            guard let at = step.at else { continue }
            let since = step.sincePrevious ?? 0
            let start = max(
                Self.nameWidth,
                x(at) - Self.barsWidth * Double(max(0, since)) / Double(span)
            )
            let width = max(Self.leastWidth, x(at) - start)
            let isFar = start + width > Self.labelLimit
            let y = row * Self.rowHeight + 7
            bars.append(
                Bar(
                    name: step.title,
                    x: Self.number(start),
                    y: y,
                    width: Self.number(width),
                    textY: y + Self.barHeight - 3,
                    labelX: Self.number(isFar ? start - 6 : start + width + 6),
                    anchor: isFar ? "end" : "start",
                    since: step.sincePrevious.map { MicrosecondsText.of($0) } ?? "start",
                    kind: step.name == .visible ? "good" : "calm"
                )
            )
        }
        self.bars = bars
        height = timed.count * Self.rowHeight + 4
        whole = MicrosecondsText.of(span)
        gridX = (0...4).map { Self.number(Self.nameWidth + Self.barsWidth * Double($0) / 4) }
    }

    /// With one digit after the point.
    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
