// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import OutcomeDomain

/// Short ways to write the values that tests speak of; a misspelt one stops the test run.
func account(_ id: String = "acct_alpha") -> AccountID {
    guard let account = AccountID(id) else { preconditionFailure("not an account: \(id)") }
    return account
}

func key(_ text: Text) -> OutcomeKey {
    guard let key = OutcomeKey(text) else { preconditionFailure("not a key: \(text)") }
    return key
}

func customer(_ text: Text) -> CustomerKey {
    guard let customer = CustomerKey(text) else { preconditionFailure("not a key: \(text)") }
    return customer
}

func slug(_ text: Text) -> Slug {
    guard let slug = Slug(text) else { preconditionFailure("not a slug: \(text)") }
    return slug
}

func action(_ text: Text) -> Action {
    guard let action = Action(text) else { preconditionFailure("not an action: \(text)") }
    return action
}

func decimal(_ literal: String) -> Decimal {
    guard let decimal = Decimal(literal) else { preconditionFailure("no decimal: \(literal)") }
    return decimal
}

func wide(_ literal: String) -> WideDecimal {
    guard let wide = WideDecimal(literal) else { preconditionFailure("no decimal: \(literal)") }
    return wide
}

func currency(_ code: String) -> Currency {
    guard let currency = Currency(code) else { preconditionFailure("no currency: \(code)") }
    return currency
}

/// So many seconds after the beginning of 1970.
func instant(_ seconds: Int) -> Timestamp { Timestamp.earliest.adding(seconds: Int64(seconds)) }

func partition(_ number: Int) -> Partition { Partition(number) }

/// A contract that is met when `resolved` was seen and `reopened` was not.
let contract: Contract = {
    let text = """
        [{"fact":"resolved","operator":"seen"},{"fact":"reopened","operator":"not_seen"}]
        """
    guard let json = try? JSONReader.read(Array(text.utf8)),
        let condition = try? Condition(json: json)
    else { preconditionFailure("not a condition") }
    return Contract(settlementPeriodSeconds: 100, condition: condition)
}()
