// SPDX-License-Identifier: Apache-2.0

/// A month of the calendar in UTC, from January 1970 on.
public struct Month: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// So many months after January 1970.
    public let number: Int

    /// Names a month; nil before 1970 and after 9999.
    public init?(number: Int) {
        guard (0...Timestamp.latest.utcMonth).contains(number) else { return nil }
        self.number = number
    }

    /// The month that an instant lies in.
    public init(of instant: Timestamp) { number = instant.utcMonth }

    /// Reads `YYYY-MM`.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 7, parts.count == 2, parts[0].utf8.count == 4,
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let year = Int(parts[0]), let month = Int(parts[1]), (1...12).contains(month)
        else { return nil }
        self.init(number: (year - 1970) * 12 + month - 1)
    }

    /// `YYYY-MM`.
    public var description: String {
        let month = number % 12 + 1
        return "\(1970 + number / 12)-\(month < 10 ? "0" : "")\(month)"
    }

    /// Its first instant.
    public var start: Timestamp { Timestamp("\(self)-01T00:00:00Z") ?? .earliest }

    /// The first instant after it; the last there is for the last month there is.
    public var end: Timestamp { Month(number: number + 1)?.start ?? .latest }

    /// This month and those before it, the newest first; none before 1970.
    public func back(_ count: Int) -> [Month] {
        (max(0, number - count + 1)...number).reversed().compactMap { Month(number: $0) }
    }

    /// By time.
    public static func < (left: Month, right: Month) -> Bool {
        left.number < right.number
    }
}
