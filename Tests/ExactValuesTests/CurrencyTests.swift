// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@Suite("Currency")
struct CurrencyTests {
    @Test(
        "a currency knows the digits of its minor unit",
        arguments: [
            ("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("ISK", 0), ("HUF", 2), ("KWD", 3),
            ("TND", 3), ("CLF", 4), ("UYW", 4), ("XOF", 0), ("XCG", 2), ("ZWG", 2), ("MRU", 2),
        ]
    )
    func exponents(code: String, exponent: Int) {
        #expect(Currency(code)?.exponent == exponent)
        #expect(Currency(code)?.description == code)
    }

    @Test(
        "what is no active code with a minor unit is refused",
        arguments: [
            "", "usd", "Usd", "US", "USDX", " USD", "USD ", "XAU", "XAG", "XDR", "XXX", "XTS",
            "XSU", "XUA", "DEM", "HRK", "ANG", "ABC", "US\u{44}\u{301}",
        ]
    )
    func refused(code: String) {
        #expect(Currency(code) == nil)
    }

    @Test("a currency is equal to itself only")
    func equality() {
        #expect(Currency("USD") == Currency("USD"))
        #expect(Currency("USD") != Currency("CAD"))
    }
}
