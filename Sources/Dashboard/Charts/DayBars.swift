// SPDX-License-Identifier: Apache-2.0

/// Stacked bars, one a day, as the numbers of an SVG: no style, attributes only.
struct DayBars {
    /// One day before it is drawn.
    struct Day {
        let label: String
        /// From the bottom up; each with the class that colours it.
        let parts: [(kind: String, count: Int)]
    }

    /// One day's bar.
    struct Bar {
        let title: String
        let segments: [Segment]
        /// Under every seventh bar; nil under the others.
        let label: String?
        let x: String
        let middle: String
    }

    /// A part of a bar.
    struct Segment {
        let kind: String
        let x: String
        let y: String
        let width: String
        let height: String
    }

    /// A line across, with what it stands for.
    struct Line {
        let y: String
        let textY: String
        let text: String
    }

    private static let top = 8
    private static let plotHeight = 160
    private static let plotLeft = 44
    private static let plotWidth = 660
    private static let labelledEvery = 7
    private static let steps = [2, 4, 6, 8, 10, 12, 16]

    let viewBox = "0 0 \(Self.plotLeft + Self.plotWidth) \(Self.top + Self.plotHeight + 24)"
    let left = String(DayBars.plotLeft)
    let right = String(DayBars.plotLeft + DayBars.plotWidth)
    let labelX = String(DayBars.plotLeft - 6)
    let labelY = String(DayBars.top + DayBars.plotHeight + 18)
    let bars: [Bar]
    let lines: [Line]

    init(_ days: [Day]) {
        let highest = days.map { $0.parts.reduce(0) { $0 + $1.count } }.max() ?? 0
        let ceiling = Self.ceiling(over: highest)
        let bottom = Double(Self.top + Self.plotHeight)
        let scale = Double(Self.plotHeight) / Double(ceiling)
        let step = Double(Self.plotWidth) / Double(max(days.count, 1))
        bars = days.enumerated().map { index, day in
            let x = Double(Self.plotLeft) + Double(index) * step
            var y = bottom
            var segments: [Segment] = []
            for part in day.parts where part.count > 0 {
                let height = Double(part.count) * scale
                y -= height
                segments.append(
                    Segment(
                        kind: part.kind,
                        x: Drawing.number(x + step * 0.12),
                        y: Drawing.number(y),
                        width: Drawing.number(step * 0.76),
                        height: Drawing.number(height)
                    )
                )
            }
            let told = day.parts.filter { $0.count > 0 }.map { "\($0.count) \($0.kind)" }
            let fromEnd = days.count - 1 - index
            return Bar(
                title: day.label + ": " + (told.isEmpty ? "none" : told.joined(separator: ", ")),
                segments: segments,
                label: fromEnd % Self.labelledEvery == 0 ? String(day.label.suffix(5)) : nil,
                x: Drawing.number(x),
                middle: Drawing.number(x + step / 2)
            )
        }
        lines = [0, ceiling / 2, ceiling].map { value in
            let y = bottom - Double(value) * scale
            return Line(
                y: Drawing.number(y),
                textY: Drawing.number(y + 4),
                text: String(value)
            )
        }
    }

    /// The next round even number: what the axis ends at.
    static func ceiling(over highest: Int) -> Int {
        var unit = 1
        while true {
            for step in steps where step * unit >= highest { return step * unit }
            unit *= 10
        }
    }
}

/// Numbers as SVG takes them.
enum Drawing {
    /// With one digit after the point.
    static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let size = tenths.magnitude
        return (tenths < 0 ? "-" : "") + "\(size / 10).\(size % 10)"
    }

    /// A share of a whole in hundredths, for a bar; 0 where there is no whole.
    static func share(_ part: Double, of whole: Double) -> String {
        whole > 0 ? number(max(0, min(1, part / whole)) * 100) : "0"
    }
}
