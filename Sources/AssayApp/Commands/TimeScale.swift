// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Instants on so many columns.
struct TimeScale {
    let start: Timestamp
    let end: Timestamp
    let columns: Int

    /// A bar that ends at an instant; one that time runs backwards in is drawn with `<`.
    func bar(until instant: Timestamp, microseconds: Int64) -> String {
        let from = column(instant.adding(microseconds: -microseconds))
        let to = column(instant)
        let first = min(from, to)
        let count = max(1, abs(to - from))
        let space = String(repeating: " ", count: min(first, columns - 1))
        let bar = String(repeating: microseconds < 0 ? "<" : "#", count: count)
        return (space + bar).padded(to: columns)
    }

    private func column(_ instant: Timestamp) -> Int {
        let whole = max(1, end.microseconds(since: start))
        let part = min(max(0, instant.microseconds(since: start)), whole)
        return Int((Double(part) / Double(whole) * Double(columns)).rounded())
    }
}
