// SPDX-License-Identifier: Apache-2.0

/// A currency of ISO 4217 and the number of digits of its minor unit.
public struct Currency: Hashable, Sendable, CustomStringConvertible {
    /// The three letters.
    public let code: String
    /// How many digits after the point an amount has: 2 for USD, 0 for JPY, 3 for KWD.
    public let exponent: Int

    /// Takes an active code in upper case; nil for any other text.
    ///
    /// Codes without a minor unit (metals, units of account, XTS, XXX) are no currencies here,
    /// because nothing could be rounded to them.
    public init?(_ code: String) {
        let key = Text(code)
        guard let exponent = Self.exponents[key] else { return nil }
        self.code = code
        self.exponent = exponent
    }

    /// The code.
    public var description: String { code }

    private static let exponents: [Text: Int] = {
        var exponents: [Text: Int] = [:]
        for (exponent, codes) in codesByExponent {
            for code in codes.split(separator: " ") {
                exponents[Text(String(code))] = exponent
            }
        }
        return exponents
    }()

    /// The active codes of ISO 4217, list one, as of 2026.
    private static let codesByExponent: [(exponent: Int, codes: String)] = [
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
        (
            2,
            """
            AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP \
            BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB \
            EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES \
            KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR \
            MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD \
            RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP \
            TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
            """
        ),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (4, "CLF UYW"),
    ]
}
