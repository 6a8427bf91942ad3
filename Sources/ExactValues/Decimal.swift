// SPDX-License-Identifier: Apache-2.0

/// An exact decimal: at most 34 significant digits, at most 18 before and 18 after the point
/// (SPEC 2, Values).
///
/// Two decimals are equal when their values are: 4 and 4.0 are one. There is no negative zero.
/// There is no arithmetic here, because it could leave the bounds: sums and products are
/// `WideDecimal`.
public struct Decimal: Hashable, Comparable, Sendable {
    /// The value times ten to the 18; its magnitude is below ten to the 36.
    @usableFromInline
    let scaled: Int128

    @inlinable
    init(scaled: Int128) {
        self.scaled = scaled
    }

    /// Nothing.
    public static let zero = Decimal(scaled: 0)
    /// One.
    public static let one = Decimal(scaled: 1_000_000_000_000_000_000)

    /// Takes an integer whose magnitude is below ten to the 18, which is the caller's duty.
    @inlinable
    public init(_ integer: Int) {
        precondition(
            integer.magnitude < 1_000_000_000_000_000_000,
            "an integer beyond the bounds of Decimal"
        )
        scaled = Int128(integer) &* 1_000_000_000_000_000_000
    }

    /// Takes an integer; nil when it has more than 18 digits.
    @inlinable
    public init?(exactly integer: Int) {
        guard integer.magnitude < 1_000_000_000_000_000_000 else { return nil }
        scaled = Int128(integer) &* 1_000_000_000_000_000_000
    }

    /// Reads a number as JSON writes it, exponents included.
    ///
    /// Nil when it is malformed or out of bounds. Leading and trailing zeros are not significant
    /// digits: `1.000` with any number of zeros is one.
    public init?(_ literal: String) {
        self.init(literal: Text(literal))
    }

    /// Reads a number as JSON writes it; see `init(_:)`.
    public init?(literal: Text) {
        let read = literal.withUTF8 { Decimal(literal: $0) }
        guard let read else { return nil }
        self = read
    }

    /// Reads a number as JSON writes it from bytes, without allocating; see `init(_:)`.
    public init?(literal: UnsafeBufferPointer<UInt8>) {
        var scanner = DecimalScanner(position: 0)
        guard scanner.scan(literal) == .exact, scanner.position == literal.count else { return nil }
        scaled = scanner.scaled
    }

    /// Whether it is below zero.
    @inlinable
    public var isNegative: Bool { scaled < 0 }

    /// Whether nothing stands after the point.
    public var isInteger: Bool {
        PowersOfTen.splitQuintillion(scaled.magnitude).remainder == 0
    }

    /// The value as an integer; nil when it is not one.
    public var intValue: Int? {
        let parts = PowersOfTen.splitQuintillion(scaled.magnitude)
        guard parts.remainder == 0 else { return nil }
        let magnitude = Int(truncatingIfNeeded: parts.quotient)
        return scaled < 0 ? -magnitude : magnitude
    }
}

extension Decimal {
    /// Equal means the same value.
    @inlinable
    public static func == (left: Decimal, right: Decimal) -> Bool { left.scaled == right.scaled }

    /// Ordered by value.
    @inlinable
    public static func < (left: Decimal, right: Decimal) -> Bool { left.scaled < right.scaled }
}

extension Decimal: ExpressibleByIntegerLiteral {
    /// Takes a literal of at most 18 digits.
    @inlinable
    public init(integerLiteral value: Int) {
        self.init(value)
    }
}

extension Decimal: CustomStringConvertible {
    /// A sign, 18 digits, a point, 18 digits.
    private static let maximumBytes = 38

    /// The plain form: no exponent, no trailing zeros (SPEC 2, Values).
    public var description: String {
        String(unsafeUninitializedCapacity: Self.maximumBytes) { write(to: $0) }
    }

    /// Appends the plain form as UTF-8, without making a string.
    public func write(into bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.maximumBytes) { buffer in
            let count = write(to: buffer)
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[..<count]))
        }
    }

    private func write(to buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let parts = PowersOfTen.splitQuintillion(scaled.magnitude)
        var count = 0
        if scaled < 0 {
            buffer[0] = 0x2D
            count = 1
        }
        let integer = UInt64(truncatingIfNeeded: parts.quotient)
        count += Self.digitCount(integer)
        _ = Digits.write(integer, endingAt: count, in: buffer)
        guard parts.remainder != 0 else { return count }
        var fraction = parts.remainder
        var places = 18
        if fraction % 1_000_000_000 == 0 {
            fraction /= 1_000_000_000
            places = 9
        }
        while fraction % 10 == 0 {
            fraction /= 10
            places -= 1
        }
        buffer[count] = 0x2E
        count += 1 + places
        Digits.write(fraction, count: places, endingAt: count, in: buffer)
        return count
    }

    private static func digitCount(_ value: UInt64) -> Int {
        var count = 1
        while count < 20, value >= PowersOfTen.narrow[count] {
            count += 1
        }
        return count
    }
}
