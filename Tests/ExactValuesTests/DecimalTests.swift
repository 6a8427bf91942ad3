// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@Suite("Decimal")
struct DecimalTests {
    @Test(
        "a number is read and written plain",
        arguments: [
            ("0", "0"), ("-0", "0"), ("-0.000", "0"), ("4.0", "4"), ("0.002", "0.002"),
            ("-1.50", "-1.5"), ("1e3", "1000"), ("1.5E-2", "0.015"), ("1.5e+2", "150"),
            ("0e999999999", "0"), ("0e99999999999999999999999", "0"), ("100e-2", "1"),
            ("123456789012345678", "123456789012345678"),
            ("0.123456789012345678", "0.123456789012345678"),
            ("1e17", "100000000000000000"), ("1e-18", "0.000000000000000001"),
            ("0.00000000000000000000000000001e29", "1"),
            ("1000000000000000000000000000000000000000000e-42", "1"),
        ]
    )
    func plain(literal: String, written: String) {
        #expect(Decimal(literal)?.description == written)
    }

    @Test(
        "what is no JSON number is refused",
        arguments: [
            "", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "1.e3", "0x1", "1 ", " 1", "1,5",
            "NaN", "Infinity", "--1", "1e1.5", "1_000", "\u{661}",
        ]
    )
    func malformed(literal: String) {
        #expect(Decimal(literal) == nil)
    }

    @Test("34 significant digits are taken, 35 refused")
    func significantDigits() {
        let most = "1234567890123456.789012345678901234"
        #expect(Decimal(most)?.description == most)
        #expect(Decimal("-" + most)?.description == "-" + most)
        #expect(Decimal("12345678901234567.890123456789012345") == nil)
        #expect(Decimal("1000000000000000.000000000000000001")?.isInteger == false)
        #expect(Decimal("10000000000000000.000000000000000001") == nil)
    }

    @Test("18 places before and after the point are taken, 19 refused")
    func places() {
        #expect(Decimal("999999999999999999") != nil)
        #expect(Decimal("1000000000000000000") == nil)
        #expect(Decimal("1e18") == nil)
        #expect(Decimal("0.1e19") == nil)
        #expect(Decimal("1e-19") == nil)
        #expect(Decimal("0.0000000000000000001") == nil)
        #expect(Decimal("1e400") == nil)
        #expect(Decimal("1e-400") == nil)
        #expect(Decimal("1e99999999999999999999999") == nil)
    }

    @Test("zeros at either end are not significant")
    func zeros() {
        let zeros = String(repeating: "0", count: 40)
        #expect(Decimal("1." + zeros) == .one)
        #expect(Decimal("0." + zeros) == .zero)
        #expect(Decimal("0." + zeros + "1") == nil)
        #expect(Decimal("0." + zeros + "1e41") == .one)
        #expect(Decimal("1" + zeros + "e-40") == .one)
    }

    @Test("equal values are equal and hash alike, however they were written")
    func equality() {
        #expect(Decimal("4") == Decimal("4.0"))
        #expect(Decimal("4")?.hashValue == Decimal("0.4e1")?.hashValue)
        #expect(Decimal("-0") == .zero)
    }

    @Test("decimals are ordered by value")
    func order() throws {
        let literals = ["-10", "-9.5", "-0.001", "0", "1e-18", "0.5", "2", "10", "999e15"]
        let decimals = try literals.map { try #require(Decimal($0)) }
        #expect(decimals.reversed().sorted() == decimals)
    }

    @Test("an integer goes in and comes out")
    func integers() {
        #expect(Decimal(42).intValue == 42)
        #expect(Decimal("-7.0")?.intValue == -7)
        #expect(Decimal("0.5")?.intValue == nil)
        #expect(Decimal("0.5")?.isInteger == false)
        #expect(Decimal(exactly: 999_999_999_999_999_999)?.intValue == 999_999_999_999_999_999)
        #expect(Decimal(exactly: 1_000_000_000_000_000_000) == nil)
        #expect(Decimal(exactly: .min) == nil)
        #expect((-3 as Decimal).isNegative)
        #expect(!Decimal.zero.isNegative)
    }

    @Test("writing appends the description")
    func writing() throws {
        var bytes = Array("x=".utf8)
        try #require(Decimal("-0.25")).write(into: &bytes)
        #expect(bytes == Array("x=-0.25".utf8))
    }
}
