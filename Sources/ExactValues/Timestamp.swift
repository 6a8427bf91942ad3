// SPDX-License-Identifier: Apache-2.0

/// An instant: whole microseconds since 1970, UTC, years 1970 to 9999 (SPEC 2, Values).
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z, never negative.
    public let microseconds: Int64

    @usableFromInline
    init(unchecked microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// 1970-01-01T00:00:00Z.
    public static let earliest = Timestamp(unchecked: 0)
    /// 9999-12-31T23:59:59.999999Z.
    public static let latest = Timestamp(unchecked: latestMicroseconds)

    @usableFromInline static let latestMicroseconds: Int64 = 253_402_300_799_999_999
    @usableFromInline static let microsecondsPerSecond: Int64 = 1_000_000
    static let microsecondsPerDay: Int64 = 86_400_000_000

    /// Takes microseconds since 1970; nil before 1970 and after 9999.
    @inlinable
    public init?(microseconds: Int64) {
        guard microseconds >= 0, microseconds <= Self.latestMicroseconds else { return nil }
        self.microseconds = microseconds
    }

    /// The instant so many seconds later; stops at `earliest` and `latest`.
    @inlinable
    public func adding(seconds: Int64) -> Timestamp {
        let product = seconds.multipliedReportingOverflow(by: Self.microsecondsPerSecond)
        guard !product.overflow else { return seconds < 0 ? .earliest : .latest }
        return adding(microseconds: product.partialValue)
    }

    /// The instant so many microseconds later; stops at `earliest` and `latest`.
    @inlinable
    public func adding(microseconds delta: Int64) -> Timestamp {
        let sum = microseconds.addingReportingOverflow(delta)
        guard !sum.overflow else { return .latest }
        return Timestamp(unchecked: min(max(sum.partialValue, 0), Self.latestMicroseconds))
    }

    /// Microseconds from `earlier` to this instant; negative when `earlier` is later.
    @inlinable
    public func microseconds(since earlier: Timestamp) -> Int64 {
        microseconds - earlier.microseconds
    }

    /// The day in UTC, counted from 1970-01-01, which is 0.
    public var utcDay: Int { Int(microseconds / Self.microsecondsPerDay) }

    /// The month in UTC, counted from January 1970.
    public var utcMonth: Int {
        let date = CivilDate(daysSince1970: utcDay)
        return (date.year - 1970) * 12 + date.month - 1
    }

    /// Ordered by time.
    @inlinable
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }
}
