// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// What a client says a customer shall be: `{"name","rate_card_key"}` (SPEC 2, Customer).
public struct CustomerBody: Hashable, Sendable {
    /// The name: 1 to 255 characters without control characters; judged when the customer is put.
    public let name: Text
    /// The rate card, if any; that it exists is judged when the customer is put.
    public let rateCard: Slug?

    /// Puts a body together.
    public init(name: Text, rateCard: Slug?) {
        self.name = name
        self.rateCard = rateCard
    }

    /// Reads a body.
    ///
    /// - Throws: Every wrong field, unknown ones included (SPEC 2).
    public init(json: JSONValue) throws(ValidationFailure) {
        var reader = try BodyReader(json, known: ["name", "rate_card_key"])
        let name = reader.requiredName()
        let key = reader.optionalText("rate_card_key")
        let rateCard = key.flatMap { Slug($0) }
        if key != nil, rateCard == nil {
            reader.report("rate_card_key", "does not name a rate card")
        }
        guard let name, reader.problems.isEmpty else {
            throw ValidationFailure(reader.problems)
        }
        self.init(name: name, rateCard: rateCard)
    }
}
