// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// What one unit of an agent's work costs (SPEC 2, Rate card).
public struct RateCardEntry: Hashable, Sendable {
    /// The agent.
    public let agent: Slug
    /// The price of one unit, exact, >= 0.
    public let price: Decimal

    /// Puts an entry together; that the price is not negative is judged when the card is put.
    public init(agent: Slug, price: Decimal) {
        self.agent = agent
        self.price = price
    }
}

/// What a client says a rate card shall be:
/// `{"name","currency","entries":[{"agent_key","price_per_unit"}]}` (SPEC 2, Rate card).
public struct RateCardBody: Hashable, Sendable {
    /// The name: 1 to 255 characters without control characters; judged when the card is put.
    public let name: Text
    /// The currency of the prices.
    public let currency: Currency
    /// At most one price an agent, in the order given; the order means nothing.
    public let entries: [RateCardEntry]

    /// Puts a body together; that no agent is listed twice is judged when the card is put.
    public init(name: Text, currency: Currency, entries: [RateCardEntry]) {
        self.name = name
        self.currency = currency
        self.entries = entries
    }

    /// Reads a body; absent `entries` are none.
    ///
    /// - Throws: Every wrong field, unknown ones included (SPEC 2).
    public init(json: JSONValue) throws(ValidationFailure) {
        var reader = try BodyReader(json, known: ["name", "currency", "entries"])
        let name = reader.requiredName()
        let code = reader.requiredText("currency")
        let currency = code.flatMap { Currency($0.string) }
        if code != nil, currency == nil {
            reader.report("currency", "must be a code of ISO 4217 in upper case")
        }
        let entries = Self.entries(&reader)
        guard let name, let currency, reader.problems.isEmpty else {
            throw ValidationFailure(reader.problems)
        }
        self.init(name: name, currency: currency, entries: entries)
    }
}

// MARK: Entries

extension RateCardBody {
    private static func entries(_ reader: inout BodyReader) -> [RateCardEntry] {
        guard let json = reader.value("entries") else { return [] }
        guard case .array(let items) = json else {
            reader.report("entries", "must be an array")
            return []
        }
        var entries: [RateCardEntry] = []
        var seen: Set<Slug> = []
        for (index, item) in items.enumerated() {
            // Whatever is wrong with the rest of an entry, its agent is listed.
            if let agent = RateCardEntry.agent(item), !seen.insert(agent).inserted {
                reader.report("entries[\(index)].agent_key", twice)
            }
            do throws(ValidationFailure) {
                entries.append(try RateCardEntry(json: item, field: "entries[\(index)]"))
            } catch {
                reader.report(error)
            }
        }
        return entries
    }

    static let twice = "is listed twice"
    static let negative = "must not be negative"
}

extension RateCardEntry {
    fileprivate static func agent(_ json: JSONValue) -> Slug? {
        guard case .object(let object) = json, case .string(let key)? = object["agent_key"] else {
            return nil
        }
        return Slug(key)
    }

    fileprivate init(json: JSONValue, field: String) throws(ValidationFailure) {
        var reader = try BodyReader(
            json,
            field: field,
            path: field + ".",
            known: ["agent_key", "price_per_unit"]
        )
        let key = reader.requiredText("agent_key")
        let agent = key.flatMap { Slug($0) }
        if key != nil, agent == nil {
            reader.report("agent_key", "does not name an agent")
        }
        let price = Self.price(&reader)
        guard let agent, let price, reader.problems.isEmpty else {
            throw ValidationFailure(reader.problems)
        }
        self.init(agent: agent, price: price)
    }

    private static func price(_ reader: inout BodyReader) -> Decimal? {
        let price: Decimal? =
            switch reader.value("price_per_unit") {
            case nil: nil
            case .number(let number): number
            case .string(let text): Decimal(literal: text)
            default: nil
            }
        guard let price else {
            let isAbsent = reader.value("price_per_unit") == nil
            let message =
                isAbsent
                ? "is required"
                : "must be a number, or a string that is one, of at most 18 digits before and "
                    + "after the point and 34 in all"
            reader.report("price_per_unit", message)
            return nil
        }
        guard !price.isNegative else {
            reader.report("price_per_unit", RateCardBody.negative)
            return nil
        }
        return price
    }
}
