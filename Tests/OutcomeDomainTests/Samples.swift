// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// Short ways to write the values that tests speak of; a misspelt one stops the test run.
func action(_ text: Text) -> Action {
    guard let action = Action(text) else { preconditionFailure("not an action: \(text)") }
    return action
}

func customer(_ text: Text) -> CustomerKey {
    guard let customer = CustomerKey(text) else { preconditionFailure("not a key: \(text)") }
    return customer
}

func slug(_ text: Text) -> Slug {
    guard let slug = Slug(text) else { preconditionFailure("not a slug: \(text)") }
    return slug
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

/// The id of the event that tests call `e1`, `e2` and so on.
func event(_ number: Int) -> EventID {
    EventID(partition: 7, fingerprint: 11, unique: UInt64(number), salt: 13)
}

func json(_ text: String) throws -> JSONValue { try JSONReader.read(Array(text.utf8)) }

func condition(_ text: String) throws -> Condition { try Condition(json: json(text)) }

func contract(
    _ condition: String = #"{"fact":"resolved","operator":"seen"}"#,
    period: Int = 100,
    method: AttributionMethod = .last
) throws -> Contract {
    Contract(
        settlementPeriodSeconds: period,
        condition: try OutcomeDomainTests.condition(condition),
        attributionMethod: method
    )
}

/// Signal `eN`: its place in the log is N unless said otherwise.
func signal(
    _ number: Int,
    _ name: Text = "resolved",
    at second: Int = 0,
    position: Int? = nil,
    customer key: Text = "acme",
    agent: Text? = nil,
    value: SignalValue? = nil,
    attribution: Decimal? = nil,
    settlesAt: Int? = nil
) -> Signal {
    Signal(
        eventID: event(number),
        position: IngestPosition(Int64(position ?? number)),
        receivedAt: instant(second),
        action: action(name),
        customer: customer(key),
        agent: agent.map(slug),
        value: value,
        attribution: attribution,
        settlesAt: settlesAt.map(instant)
    )
}

extension OutcomeCommand {
    /// Signal `eN`; see `signal`.
    static func signal(
        _ number: Int,
        _ name: Text = "resolved",
        at second: Int = 0,
        position: Int? = nil,
        customer: Text = "acme",
        agent: Text? = nil,
        value: SignalValue? = nil,
        attribution: Decimal? = nil,
        settlesAt: Int? = nil
    ) -> OutcomeCommand {
        .submit(
            OutcomeDomainTests.signal(
                number,
                name,
                at: second,
                position: position,
                customer: customer,
                agent: agent,
                value: value,
                attribution: attribution,
                settlesAt: settlesAt
            )
        )
    }

    /// A record at `position` that asks to try `eN` again.
    static func redrive(
        _ number: Int,
        at second: Int,
        position: Int,
        reason: Text? = nil
    ) -> OutcomeCommand {
        .redrive(
            Redrive(
                eventID: event(number),
                at: instant(second),
                cause: asked(position),
                reason: reason
            )
        )
    }

    /// A record at `position` that gives `eN` up.
    static func discard(
        _ number: Int,
        at second: Int,
        position: Int,
        reason: Text = "spam"
    ) -> OutcomeCommand {
        .discard(
            Discard(
                eventID: event(number),
                at: instant(second),
                cause: asked(position),
                reason: reason
            )
        )
    }

    static func settle(_ second: Int) -> OutcomeCommand { .settle(through: instant(second)) }

    private static func asked(_ position: Int) -> Cause {
        Cause(
            position: IngestPosition(Int64(position)),
            eventID: event(position),
            author: "tok_1"
        )
    }
}
