// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// A month of the calendar, in UTC.
struct Month: Hashable {
    /// `2026-03`.
    let text: String
    /// Its first instant.
    let start: Timestamp
    /// The first instant after it.
    let end: Timestamp

    private let year: Int
    private let number: Int

    /// The month an instant is in.
    init(of instant: Timestamp) {
        let text = instant.description
        self = Month(String(text.prefix(7))) ?? Month(year: 1970, number: 1)
    }

    /// Reads `2026-03`; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 7, parts.count == 2, parts[0].utf8.count == 4,
            let year = Int(parts[0]), let number = Int(parts[1]), (1970...9998).contains(year),
            (1...12).contains(number)
        else { return nil }
        let month = Month(year: year, number: number)
        guard month.text.utf8.elementsEqual(text.utf8) else { return nil }
        self = month
    }

    private init(year: Int, number: Int) {
        self.year = year
        self.number = number
        text = Self.text(year, number)
        let next = number == 12 ? (year + 1, 1) : (year, number + 1)
        start = Timestamp(text + "-01T00:00:00Z") ?? .earliest
        end = Timestamp(Self.text(next.0, next.1) + "-01T00:00:00Z") ?? .latest
    }

    private static func text(_ year: Int, _ number: Int) -> String {
        let digits = String(year)
        return String(repeating: "0", count: 4 - digits.utf8.count) + digits
            + (number < 10 ? "-0" : "-") + String(number)
    }

    /// This month and those before it, the newest first; none before 1970.
    func back(_ count: Int) -> [Month] {
        var months: [Month] = []
        var month = self
        while months.count < count {
            months.append(month)
            guard month.year > 1970 || month.number > 1 else { break }
            month =
                month.number == 1
                ? Month(year: month.year - 1, number: 12)
                : Month(year: month.year, number: month.number - 1)
        }
        return months
    }
}
