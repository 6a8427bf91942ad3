// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// A month of the calendar in UTC, from January 1970 on.
public struct ValueMonth: Hashable, Comparable, Sendable, CustomStringConvertible {
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

    /// By time.
    public static func < (left: ValueMonth, right: ValueMonth) -> Bool {
        left.number < right.number
    }
}
