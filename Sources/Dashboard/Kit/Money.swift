// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Amounts as people read them: with every digit there is, at least as many after the point as their
/// currency has, and a comma between thousands.
///
/// For pages only: answers and downloads have decimals as SPEC 2 writes them. `money.js` does the same.
enum Money {
    /// Amount and currency, such as `1,250.00 EUR`.
    static func text(_ amount: WideDecimal, _ currency: Currency) -> String {
        "\(digits(amount, currency)) \(currency.code)"
    }

    /// The amount alone.
    static func digits(_ amount: WideDecimal, _ currency: Currency?) -> String {
        digits(amount.description, atLeast: currency?.exponent ?? 0)
    }

    /// Amount and currency where that is known by its code.
    static func text(_ amount: WideDecimal, code: String) -> String {
        "\(digits(amount, Currency(code))) \(code)"
    }

    /// A plain decimal, written so.
    static func digits(_ plain: String, atLeast count: Int) -> String {
        let parts = plain.split(separator: ".", maxSplits: 1)
        let sign = plain.hasPrefix("-") ? "-" : ""
        let whole = Array((parts.first ?? "0").utf8).drop { $0 == 0x2D }
        var grouped: [UInt8] = []
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index).isMultiple(of: 3) { grouped.append(0x2C) }
            grouped.append(digit)
        }
        var fraction = parts.count > 1 ? String(parts[1]) : ""
        while fraction.utf8.count < count { fraction += "0" }
        let integer = sign + String(decoding: grouped, as: UTF8.self)
        return fraction.isEmpty ? integer : "\(integer).\(fraction)"
    }
}
