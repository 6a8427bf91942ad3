// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Simulation
import TrafficStudy

/// What a client wants simulated: `{"agent_key","contract"}`, and optionally `rate_card`,
/// `customer_key`, `outcomes`, `changes` and `position`.
struct SimulationBody {
    let request: SimulationRequest

    /// Reads a body; `account` is whose positions it takes.
    ///
    /// - Throws: Every wrong field, unknown ones included.
    init(json object: JSONObject, account: AccountID) throws(ValidationFailure) {
        var reader = ObjectReader(
            object,
            known: [
                "agent_key", "contract", "rate_card", "customer_key", "outcomes", "changes",
                "position",
            ]
        )
        let agent = reader.agentKey(isRequired: true)
        let contract = reader.contract()
        let price = Self.price(&reader)
        let customer = reader.text("customer_key", "is not a key of a customer") {
            CustomerKey($0)
        }
        let range = Self.outcomes(&reader)
        let changes = reader.integer("changes", in: 0...StudyLimits.maximumChanges)
        let position = reader.text("position", "is not a position of this account's simulations") {
            SimulationPosition($0.string, account: account)
        }
        try reader.finish()
        guard let agent, let contract else { throw ValidationFailure(reader.errors) }
        var request = SimulationRequest(contract: contract, agent: agent)
        request.price = price
        request.customer = customer
        request.openedFrom = range.from
        request.openedBefore = range.before
        request.outcomes = range.last
        request.changes = changes ?? StudyLimits.defaultChanges
        request.position = position
        self.request = request
    }

    // MARK: Outcomes

    private static func outcomes(
        _ reader: inout ObjectReader
    ) -> (last: Int, from: Timestamp?, before: Timestamp?) {
        let known: [Text] = ["last", "opened_from", "opened_before"]
        guard var fields = reader.object("outcomes", known: known) else {
            return (StudyLimits.defaultOutcomes, nil, nil)
        }
        let last = fields.integer("last", in: 1...StudyLimits.maximumOutcomes)
        let from = fields.instant("opened_from")
        let before = fields.instant("opened_before")
        if let from, let before, from >= before {
            fields.fail("opened_before", "must be after opened_from")
        }
        reader.add(fields.errors)
        // A period is meant whole, as far as that can be.
        let isPeriod = from != nil || before != nil
        let unlessGiven = isPeriod ? StudyLimits.maximumOutcomes : StudyLimits.defaultOutcomes
        return (last ?? unlessGiven, from, before)
    }

    // MARK: Prices

    private static func price(_ reader: inout ObjectReader) -> SimulationRequest.Price {
        let known: [Text] = ["key", "currency", "price_per_unit"]
        guard var fields = reader.object("rate_card", known: known) else { return .own }
        defer { reader.add(fields.errors) }
        let isKey = fields.value("key") != nil
        let isInline = fields.value("currency") != nil || fields.value("price_per_unit") != nil
        guard isKey != isInline else {
            fields.fail("key", "is required, or else currency and price_per_unit, and not both")
            return .own
        }
        if isKey {
            let key = fields.text("key", "is not a key of a rate card") { Slug($0) }
            return key.map { .rateCard($0) } ?? .own
        }
        if fields.value("currency") == nil { fields.fail("currency", "is required") }
        let currency = fields.text("currency", "must be a code of ISO 4217 in upper case") {
            Currency($0.string)
        }
        guard let price = perUnit(&fields), let currency else { return .own }
        return .fixed(CandidatePrice(perUnit: price, currency: currency))
    }

    private static func perUnit(_ fields: inout ObjectReader) -> Decimal? {
        let price: Decimal? =
            switch fields.value("price_per_unit") {
            case .number(let number)?: number
            case .string(let text)?: Decimal(literal: text)
            default: nil
            }
        guard let price else {
            fields.fail(
                "price_per_unit",
                fields.value("price_per_unit") == nil
                    ? "is required"
                    : "must be a number, or a string that is one, of at most 18 digits before and "
                        + "after the point and 34 in all"
            )
            return nil
        }
        guard !price.isNegative else {
            fields.fail("price_per_unit", "must not be negative")
            return nil
        }
        return price
    }
}

extension ObjectReader {
    /// The key of an agent.
    mutating func agentKey(isRequired: Bool) -> Slug? {
        if isRequired, value("agent_key") == nil { fail("agent_key", "is required") }
        return text("agent_key", "is not a key of an agent") { Slug($0) }
    }
}
