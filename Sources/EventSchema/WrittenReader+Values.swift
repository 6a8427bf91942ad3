// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

// Values of the domain; each is held against the rule of its type again.
extension WrittenReader {
    // MARK: Exact values

    mutating func timestamp() throws(WrittenFault) -> Timestamp {
        let start = position
        guard let value = Timestamp(rfc3339: try token()) else {
            throw fault(.invalidValue, at: start)
        }
        return value
    }

    /// Takes a decimal written as a string.
    mutating func decimalString() throws(WrittenFault) -> Decimal {
        let start = position
        guard let value = Decimal(literal: try token()) else {
            throw fault(.invalidValue, at: start)
        }
        return value
    }

    /// Takes a decimal >= 0 written as a string: an attribution or a price.
    mutating func amount() throws(WrittenFault) -> Decimal {
        let start = position
        let value = try decimalString()
        guard !value.isNegative else { throw fault(.invalidValue, at: start) }
        return value
    }

    /// Takes a sum or product written as a string.
    mutating func wideDecimalString() throws(WrittenFault) -> WideDecimal {
        let start = position
        let literal = try token()
        // Nearly all fit the narrow type, whose reader is much faster.
        if let narrow = Decimal(literal: literal) { return WideDecimal(narrow) }
        guard let value = WideDecimal(String(decoding: literal, as: UTF8.self)) else {
            throw fault(.invalidValue, at: start)
        }
        return value
    }

    /// Takes a currency with the exponent of the time it was written.
    mutating func currency() throws(WrittenFault) -> Currency {
        let start = position
        let code = String(decoding: try token(), as: UTF8.self)
        try expect(",\"currency_exponent\":")
        let exponent = try count(from: 0)
        guard let currency = Currency(recorded: code, exponent: exponent) else {
            throw fault(.invalidValue, at: start)
        }
        return currency
    }

    mutating func eventID() throws(WrittenFault) -> EventID {
        let start = position
        guard let value = EventID(written: try token()) else {
            throw fault(.invalidValue, at: start)
        }
        return value
    }

    mutating func digest() throws(WrittenFault) -> Digest {
        let start = position
        let literal = String(decoding: try token(), as: UTF8.self)
        guard let value = Digest(hex: literal) else { throw fault(.invalidValue, at: start) }
        return value
    }

    // MARK: Names

    mutating func outcomeKey() throws(WrittenFault) -> OutcomeKey {
        let start = position
        guard let value = OutcomeKey(try text()) else { throw fault(.invalidValue, at: start) }
        return value
    }

    mutating func action() throws(WrittenFault) -> Action { try name() }

    mutating func customerKey() throws(WrittenFault) -> CustomerKey { try name() }

    mutating func slug() throws(WrittenFault) -> Slug { try name() }

    private mutating func name<Name: WrittenName>() throws(WrittenFault) -> Name {
        let start = position
        let content = try quoted()
        let isPlain = !content.hasEscapes
        if isPlain, let names, let known = Name.known(content.bytes, in: names) { return known }
        guard let value = Name(try text(content, from: start)) else {
            throw fault(.invalidValue, at: start)
        }
        if isPlain { names?.note(value, content.bytes) }
        return value
    }

    // MARK: Signals

    mutating func attribution() throws(WrittenFault) -> Decimal { try amount() }

    /// Takes a string, a number or a boolean; which of them it is matters.
    mutating func signalValue() throws(WrittenFault) -> SignalValue {
        let start = position
        guard position < bytes.count else { throw fault(.malformed) }
        switch bytes[position] {
        case 0x22:
            return .string(try text())
        case 0x74, 0x66:
            return .boolean(try bool())
        default:
            guard let number = Decimal(literal: try number()) else {
                throw fault(.invalidValue, at: start)
            }
            return .number(number)
        }
    }
}
