// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@Suite("WideDecimal")
struct WideDecimalTests {
    private func wide(_ literal: String) throws -> WideDecimal {
        try #require(WideDecimal(literal))
    }

    @Test("a million outcomes at $0.002 are exactly $2,000")
    func million() throws {
        let price = WideDecimal(try #require(Decimal("0.002")))
        var sum = WideDecimal.zero
        for _ in 0..<1_000_000 {
            sum += price
        }
        #expect(sum.description == "2000")
        #expect(sum == price * WideDecimal(1_000_000))
    }

    @Test("the product of the longest decimals keeps every digit")
    func longestProduct() throws {
        let longest = WideDecimal(try #require(Decimal("9999999999999999.999999999999999999")))
        let square = longest * longest
        #expect(
            square.description
                == "99999999999999999999999999999999.980000000000000000000000000000000001"
        )
        #expect(
            (square * longest).description
                == "999999999999999999999999999999999700000000000000"
                + ".000000000000000000029999999999999999999999999999999999"
        )
    }

    @Test("sums beyond 128 bits go on exactly and come back")
    func beyond128Bits() throws {
        let limit = try wide("170141183460469231731687303715884105727")
        let one = WideDecimal(Decimal.one)
        let beyond = limit + one
        #expect(beyond.description == "170141183460469231731687303715884105728")
        #expect(beyond - one == limit)
        #expect((beyond - one).hashValue == limit.hashValue)
        #expect((-beyond).description == "-170141183460469231731687303715884105728")
        #expect(-beyond + one == -limit)
        #expect(limit < beyond)
        #expect(-beyond < -limit)
    }

    @Test("negative numbers of two words keep their value")
    func negativeTwoWords() throws {
        let value = try wide("-98713025075702828472")
        #expect(value.description == "-98713025075702828472")
        #expect((value + value).description == "-197426050151405656944")
        #expect((value - value).isZero)
    }

    @Test("small and great are added without loss")
    func alignment() throws {
        let sum = try wide("1") + wide("0." + zeros(59) + "1")
        #expect(sum.description == "1." + zeros(59) + "1")
        let great = try wide("1" + zeros(60)) + wide("-0." + zeros(35) + "1")
        #expect(great.description == String(repeating: "9", count: 60) + "." + nines(35) + "9")
    }

    @Test("equal values are equal and hash alike, whatever way they came about")
    func equality() throws {
        let sum = try wide("0.5") + wide("0.50")
        #expect(sum == WideDecimal(Decimal.one))
        #expect(sum.hashValue == WideDecimal(Decimal.one).hashValue)
        #expect(try wide("2.50") * wide("4") == wide("10.000"))
        #expect(try (wide("1.5") - wide("1.5")) == .zero)
        #expect(try -wide("0.0") == .zero)
    }

    @Test(
        "rounding goes to the nearest, a tie to the even digit",
        arguments: [
            ("0.125", 2, "0.12"), ("0.135", 2, "0.14"), ("0.12500000000000000001", 2, "0.13"),
            ("-0.125", 2, "-0.12"), ("-0.135", 2, "-0.14"), ("0.5", 0, "0"), ("1.5", 0, "2"),
            ("2.5", 0, "2"), ("-0.5", 0, "0"), ("0.999", 2, "1"), ("1.23", 3, "1.23"),
            ("1999.995", 2, "2000"), ("25", -1, "20"), ("35", -1, "40"), ("4", -1, "0"),
            ("0.005", 2, "0"), ("0.015", 2, "0.02"),
            (
                "123456789012345678901234567890123456789.5", 0,
                "123456789012345678901234567890123456790"
            ),
        ]
    )
    func rounding(literal: String, places: Int, rounded: String) throws {
        #expect(try wide(literal).rounded(toPlaces: places).description == rounded)
    }

    @Test(
        "only the plain form is read",
        arguments: ["", "-", "1.", ".5", "01", "1e3", "+1", "1.2.3", " 1", "a", "-.5", "00.1"]
    )
    func malformed(literal: String) {
        #expect(WideDecimal(literal) == nil)
    }

    @Test(
        "what is written is read back",
        arguments: [
            "0", "-1", "0.05", "-0.000000000000000000000000000000000001", "100", "12.34",
            "99999999999999999999999999999999999999999999999999999999999.0000000000000000000001",
        ]
    )
    func roundTrip(literal: String) throws {
        #expect(try wide(literal).description == literal)
    }

    @Test("signs are told")
    func signs() throws {
        #expect(WideDecimal.zero.isZero)
        #expect(!WideDecimal.zero.isNegative)
        #expect(try wide("-0.1").isNegative)
        #expect(try wide("-1" + zeros(50)).isNegative)
        #expect(try !wide("1" + zeros(50)).isZero)
    }

    private func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }
    private func nines(_ count: Int) -> String { String(repeating: "9", count: count) }
}
