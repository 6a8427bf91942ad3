// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// A period of the ledger cut into whole UTC days, which have sums, and what is left at its ends.
public struct LedgerPeriod: Hashable, Sendable {
    /// The whole days.
    public enum Days: Hashable, Sendable {
        /// There is not one.
        case none
        /// Everything that was ever booked.
        case all
        /// Days counted from 1970-01-01, both included.
        case range(first: Int, last: Int)
    }

    /// The parts of days: from an instant (included) to another (excluded).
    public let parts: [Range<Timestamp>]
    /// The whole days.
    public let days: Days

    private static let microsecondsPerDay: Int64 = 86_400_000_000

    /// Cuts the period from an instant (included) to another (excluded); nil is without end.
    public init(from: Timestamp?, to: Timestamp?) {
        guard from != nil || to != nil else {
            parts = []
            days = .all
            return
        }
        let start = from?.microseconds ?? 0
        let end = max(start, to?.microseconds ?? Int64.max)
        let day = Self.microsecondsPerDay
        let first = (start / day) + (start % day == 0 ? 0 : 1)
        let past = end / day  // the first day that is not whole any more
        guard first < past else {
            // No whole day: one part, which may stretch over a midnight.
            parts = Self.range(start, end).map { [$0] } ?? []
            days = .none
            return
        }
        let head = Self.range(start, first * day)
        let tail = to == nil ? nil : Self.range(past * day, end)
        parts = [head, tail].compactMap(\.self)
        days = .range(first: Int(first), last: Int(past - 1))
    }

    private static func range(_ start: Int64, _ end: Int64) -> Range<Timestamp>? {
        guard start < end, let lower = Timestamp(microseconds: start) else { return nil }
        return lower..<(Timestamp(microseconds: end) ?? .latest)
    }
}
