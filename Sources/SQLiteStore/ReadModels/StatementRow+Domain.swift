// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import OutcomeDomain

/// What the columns of the read models hold, as the domain's types.
extension StatementRow {
    func optionalTimestamp(_ column: Int32) throws(StoreError) -> Timestamp? {
        isNull(column) ? nil : try timestamp(column)
    }

    func outcomeKey(_ column: Int32) throws(StoreError) -> OutcomeKey {
        try known(OutcomeKey(try text(column)), "an outcome key is none")
    }

    func action(_ column: Int32) throws(StoreError) -> Action {
        try known(Action(try text(column)), "an action is none")
    }

    func customer(_ column: Int32) throws(StoreError) -> CustomerKey {
        try known(CustomerKey(try text(column)), "a customer key is none")
    }

    func slug(_ column: Int32) throws(StoreError) -> Slug {
        try known(Slug(try text(column)), "a slug is none")
    }

    func decimal(_ column: Int32) throws(StoreError) -> Decimal {
        try known(Decimal(literal: try text(column)), "a decimal is none")
    }

    func wideDecimal(_ column: Int32) throws(StoreError) -> WideDecimal {
        try known(WideDecimal(try text(column).string), "an amount is none")
    }

    func optionalWideDecimal(_ column: Int32) throws(StoreError) -> WideDecimal? {
        isNull(column) ? nil : try wideDecimal(column)
    }

    func currency(_ column: Int32) throws(StoreError) -> Currency {
        try known(Currency(try text(column).string), "a currency is none")
    }

    func code(_ column: Int32) throws(StoreError) -> DeadLetterCode {
        try known(DeadLetterCode(rawValue: try text(column).string), "a code is none")
    }

    /// Whether a column holds exactly this text.
    func holds(_ text: Text, _ column: Int32) -> Bool {
        withBytes(column) { column in text.withUTF8 { column.elementsEqual($0) } }
    }

    /// A column that holds something else than what was written there.
    func known<Value>(
        _ value: Value?,
        _ detail: String
    ) throws(StoreError) -> Value {
        guard let value else { throw StoreError(.damaged, detail: detail) }
        return value
    }
}

extension BoundStatement {
    func bind(_ place: Int32, _ instant: Timestamp) {
        bind(place, instant.microseconds)
    }

    func bind(_ place: Int32, optional text: Text?) {
        guard let text else { return bindNull(place) }
        bind(place, text)
    }

    func bind(_ place: Int32, _ instant: Timestamp?) {
        if let instant {
            bind(place, instant.microseconds)
        } else {
            bindNull(place)
        }
    }

    func bind(_ place: Int32, _ amount: WideDecimal) {
        bind(place, Text(amount.description))
    }

    func bind(_ place: Int32, _ amount: WideDecimal?) {
        if let amount {
            bind(place, amount)
        } else {
            bindNull(place)
        }
    }

    func bind(_ place: Int32, _ price: Decimal) {
        bind(place, Text(price.description))
    }
}
