// SPDX-License-Identifier: Apache-2.0

/// A length of time as people say it, and as they type it into a form.
struct Span: Sendable {
    /// What lengths are counted in.
    enum Unit: String, CaseIterable {
        case days
        case hours
        case minutes
        case seconds

        /// How many seconds one of them has.
        var seconds: Int {
            switch self {
            case .days: 86_400
            case .hours: 3_600
            case .minutes: 60
            case .seconds: 1
            }
        }

        /// The name of one of them.
        var one: String { String(rawValue.dropLast()) }
    }

    /// The length, at least 0.
    let seconds: Int

    init(seconds: Int) { self.seconds = seconds }

    /// So many of a unit; nil when the text is no whole number or there are too many.
    init?(_ count: String, _ unit: Unit) {
        guard let count = Int(count), count >= 0 else { return nil }
        let (seconds, isTooLong) = count.multipliedReportingOverflow(by: unit.seconds)
        guard !isTooLong else { return nil }
        self.seconds = seconds
    }

    /// The largest unit that it is a whole number of.
    var unit: Unit {
        Unit.allCases.first { seconds % $0.seconds == 0 && seconds > 0 } ?? .seconds
    }

    /// How many of `unit` it is.
    var count: Int { seconds / unit.seconds }

    /// In words that lose nothing: `3 days`, `1 hour 30 minutes`.
    var words: String {
        var left = seconds
        var parts: [String] = []
        for unit in Unit.allCases {
            let count = left / unit.seconds
            left %= unit.seconds
            guard count > 0 else { continue }
            parts.append("\(count) \(count == 1 ? unit.one : unit.rawValue)")
        }
        return parts.isEmpty ? "0 seconds" : parts.joined(separator: " ")
    }
}
