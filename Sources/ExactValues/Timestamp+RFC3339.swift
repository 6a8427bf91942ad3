// SPDX-License-Identifier: Apache-2.0

extension Timestamp {
    /// Reads a date and time of RFC 3339 with its offset.
    ///
    /// `T`, `t` or a space stands between date and time, `Z`, `z` or `+hh:mm` at the end. Digits
    /// finer than microseconds are cut. Nil when it is malformed, when the calendar has no such
    /// day, and outside the years 1970 to 9999 in UTC. Second 60 is a leap second: it is read only
    /// where UTC says 23:59:60, and is the first second of the next day.
    public init?(_ rfc3339: String) {
        self.init(Text(rfc3339))
    }

    /// Reads a date and time of RFC 3339; see `init(_:)`.
    public init?(_ rfc3339: Text) {
        let read = rfc3339.withUTF8 { Timestamp(rfc3339: $0) }
        guard let read else { return nil }
        self = read
    }

    /// Reads a date and time of RFC 3339 from bytes, without allocating; see `init(_:)`.
    public init?(rfc3339 bytes: UnsafeBufferPointer<UInt8>) {
        if let microseconds = Self.written(bytes) {
            self.init(microseconds: microseconds)
            return
        }
        var reader = TimestampReader(bytes: bytes)
        guard let microseconds = reader.read() else { return nil }
        self.init(microseconds: microseconds)
    }
}

extension Timestamp {
    /// Microseconds since 1970 of the one form that is written here, read in one go; nil for every
    /// other form, and for what is none.
    private static func written(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard bytes.count == byteCount, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] == 0x54,
            bytes[13] == 0x3A, bytes[16] == 0x3A, bytes[19] == 0x2E, bytes[26] == 0x5A
        else { return nil }
        var isNumber = true
        func pair(_ index: Int) -> Int {
            let (tens, ones) = (bytes[index] &- 0x30, bytes[index + 1] &- 0x30)
            isNumber = isNumber && tens < 10 && ones < 10
            return Int(tens) * 10 + Int(ones)
        }
        let year = pair(0) * 100 + pair(2)
        let (month, day) = (pair(5), pair(8))
        let (hour, minute, second) = (pair(11), pair(14), pair(17))
        let fraction = (pair(20) * 100 + pair(22)) * 100 + pair(24)
        guard isNumber, hour < 24, minute < 60, second < 60,
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        let seconds = (date.daysSince1970 * 24 + hour) * 3600 + minute * 60 + second
        return Int64(seconds) * microsecondsPerSecond + Int64(fraction)
    }
}

/// Reads the fields of a date and time, one after the other.
private struct TimestampReader {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// Microseconds since 1970, not yet held against the bounds of `Timestamp`.
    mutating func read() -> Int64? {
        guard let year = number(digits: 4), skip(0x2D),
            let month = number(digits: 2), skip(0x2D),
            let day = number(digits: 2),
            skip(0x54) || skip(0x74) || skip(0x20),
            let hour = number(digits: 2), hour < 24, skip(0x3A),
            let minute = number(digits: 2), minute < 60, skip(0x3A),
            let second = number(digits: 2), second <= 60,
            let fraction = fraction(),
            let offset = offsetMinutes(),
            position == bytes.count,
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        let minutes = date.daysSince1970 * 1440 + hour * 60 + minute - offset
        let lastMinuteOfDay = 1439
        if second == 60, (minutes % 1440 + 1440) % 1440 != lastMinuteOfDay { return nil }
        return Int64(minutes * 60 + second) * Timestamp.microsecondsPerSecond + fraction
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func digit() -> Int? {
        guard position < bytes.count else { return nil }
        let value = bytes[position] &- 0x30
        guard value < 10 else { return nil }
        position += 1
        return Int(value)
    }

    private mutating func number(digits: Int) -> Int? {
        var value = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// Microseconds after the second; zero without a point, nil with a point and no digits.
    private mutating func fraction() -> Int64? {
        guard skip(0x2E) else { return 0 }
        guard var value = digit() else { return nil }
        var digits = 1
        while let digit = digit() {
            guard digits < 6 else { continue }
            value = value * 10 + digit
            digits += 1
        }
        for _ in digits..<6 {
            value *= 10
        }
        return Int64(value)
    }

    private mutating func offsetMinutes() -> Int? {
        if skip(0x5A) || skip(0x7A) { return 0 }
        let isNegative = skip(0x2D)
        guard isNegative || skip(0x2B),
            let hours = number(digits: 2), hours < 24, skip(0x3A),
            let minutes = number(digits: 2), minutes < 60
        else { return nil }
        return isNegative ? -(hours * 60 + minutes) : hours * 60 + minutes
    }
}

// MARK: Writing

extension Timestamp: CustomStringConvertible {
    private static let byteCount = 27

    /// `2026-03-04T10:12:00.000000Z`: UTC, always six digits after the second (SPEC 2, Values).
    public var description: String {
        String(unsafeUninitializedCapacity: Self.byteCount) { buffer in
            write(to: buffer)
            return Self.byteCount
        }
    }

    /// Appends the same form as UTF-8, without making a string.
    public func write(into bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.byteCount) { buffer in
            write(to: buffer)
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[..<Self.byteCount]))
        }
    }

    private func write(to buffer: UnsafeMutableBufferPointer<UInt8>) {
        let date = CivilDate(daysSince1970: utcDay)
        let inDay = UInt64(microseconds % Self.microsecondsPerDay)
        let second = inDay / 1_000_000
        Digits.write(UInt64(date.year), count: 4, endingAt: 4, in: buffer)
        Digits.write(UInt64(date.month), count: 2, endingAt: 7, in: buffer)
        Digits.write(UInt64(date.day), count: 2, endingAt: 10, in: buffer)
        Digits.write(second / 3600, count: 2, endingAt: 13, in: buffer)
        Digits.write(second / 60 % 60, count: 2, endingAt: 16, in: buffer)
        Digits.write(second % 60, count: 2, endingAt: 19, in: buffer)
        Digits.write(inDay % 1_000_000, count: 6, endingAt: 26, in: buffer)
        buffer[4] = 0x2D
        buffer[7] = 0x2D
        buffer[10] = 0x54
        buffer[13] = 0x3A
        buffer[16] = 0x3A
        buffer[19] = 0x2E
        buffer[26] = 0x5A
    }
}
