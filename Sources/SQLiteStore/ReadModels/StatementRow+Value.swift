// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import OutcomeDomain
import ValueDelivered

/// What the columns of delivered value hold, as the domain's types.
extension StatementRow {
    func valueKind(_ column: Int32) throws(StoreError) -> ValueKind {
        try known(ValueKind(rawValue: try text(column).string), "a kind of value is none")
    }

    func valueTitle(_ column: Int32) throws(StoreError) -> ValueTitle {
        try known(ValueTitle(try text(column)), "a title is none")
    }

    func valueDescription(_ column: Int32) throws(StoreError) -> ValueDescription {
        try known(ValueDescription(try text(column)), "a description is none")
    }

    func valueMonth(_ column: Int32) throws(StoreError) -> Month {
        try known(Month(number: Int(integer(column))), "a month is none")
    }
}

extension BoundStatement {
    func bind(_ place: Int32, optional number: Int64?) {
        guard let number else { return bindNull(place) }
        bind(place, number)
    }
}
