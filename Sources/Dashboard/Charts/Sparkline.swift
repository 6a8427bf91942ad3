// SPDX-License-Identifier: Apache-2.0

/// A small line without axes: how a figure has gone, day by day.
struct Sparkline {
    private static let width = 160.0
    private static let height = 36.0

    let viewBox = "0 0 160 40"
    let points: String

    /// Values may be of any size; they are drawn between the smallest or 0 and the largest.
    init(_ values: [Double]) {
        let top = max(values.max() ?? 0, 0)
        let bottom = min(values.min() ?? 0, 0)
        let span = top > bottom ? top - bottom : 1
        let step = Self.width / Double(max(values.count - 1, 1))
        points = values.enumerated().map { index, value in
            let y = 2 + Self.height - (value - bottom) / span * Self.height
            return Drawing.number(Double(index) * step) + "," + Drawing.number(y)
        }.joined(separator: " ")
    }
}
