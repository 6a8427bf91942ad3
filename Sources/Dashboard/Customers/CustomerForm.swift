// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import HTTPAPI
import OutcomeDomain

/// What is typed about a customer.
struct CustomerForm: Sendable {
    let key: String
    let name: String
    let rateCard: String

    /// A form in which nothing is typed yet; the key may be known.
    init(key: String) { (self.key, name, rateCard) = (key, "", "") }

    /// A customer as it is.
    init(_ customer: Customer) {
        key = customer.key.text.string
        name = customer.name.string
        rateCard = customer.rateCard?.text.string ?? ""
    }

    /// What was sent.
    init(_ form: Form, of key: CustomerKey? = nil) {
        self.key = key?.text.string ?? form.text("key")
        name = form.text("name")
        rateCard = form.text("rate_card_key")
    }

    func readKey(_ problems: inout FormProblems) -> CustomerKey? {
        let read = CustomerKey(Text(key))
        if read == nil {
            problems.add("key", "must have 1 to 255 characters, no control characters")
        }
        return read
    }

    /// What the customer shall be; nil when a field is wrong.
    func body(_ problems: inout FormProblems) -> CustomerBody? {
        let card = Slug(Text(rateCard))
        if card == nil, !rateCard.isEmpty {
            problems.add("rate_card_key", "does not name a rate card")
        }
        if let problem = NameRule.problem(with: Text(name)) { problems.add("name", problem) }
        return problems.isEmpty ? CustomerBody(name: Text(name), rateCard: card) : nil
    }

    func fields(
        isNew: Bool,
        _ problems: FormProblems,
        _ catalog: Catalog
    ) -> CustomerFields {
        // More than a list holds: then the key is typed.
        let cards = catalog.rateCards(after: nil, limit: CustomerFields.cardsLimit + 1)
        let options = cards.filter { !$0.isArchived || $0.key.text.string == rateCard }
        return CustomerFields(
            key: isNew
                ? FormField(
                    "key",
                    "Key",
                    value: key,
                    hint: "Your own id for them, as events will name it. It never changes.",
                    problem: problems["key"]
                ) : nil,
            name: FormField("name", "Name", value: name, problem: problems["name"]),
            options: cards.count > CustomerFields.cardsLimit
                ? []
                : options.map { card in
                    CustomerFields.Option(
                        key: card.key.text.string,
                        label: "\(card.name) (\(card.currency.code))",
                        isChosen: card.key.text.string == rateCard
                    )
                },
            isTyped: cards.count > CustomerFields.cardsLimit,
            typedCard: FormField(
                "rate_card_key",
                "Rate card",
                value: rateCard,
                hint: "The key of a rate card. Without one nothing can be billed.",
                problem: problems["rate_card_key"],
                isRequired: false
            ),
            cardProblem: problems["rate_card_key"],
            others: problems.others(than: ["key", "name", "rate_card_key"])
        )
    }

    func curl(_ call: PageCall) -> String {
        var writer = JSONWriter(reserving: 128)
        writer.beginObject()
        writer.member("name", Text(name.isEmpty ? "Acme Ltd" : name))
        writer.member("rate_card_key", Text(rateCard.isEmpty ? "standard" : rateCard))
        writer.endObject()
        let path = PercentCoding.encode(Text(key.isEmpty ? "acme" : key))
        return Curl.send(
            "PUT",
            "/v1/customers/\(path)",
            writer.bytes,
            at: call.dashboard.publicURL
        )
    }
}

/// The fields of a customer, as `customer-fields.mustache` shows them.
struct CustomerFields: Sendable {
    /// At most so many rate cards are offered in a list.
    static let cardsLimit = 200

    struct Option {
        let key: String
        let label: String
        let isChosen: Bool
    }

    /// Nil of a customer that is there: a key never changes.
    let key: FormField?
    let name: FormField
    let options: [Option]
    /// Whether the card is typed, because there are too many for a list.
    let isTyped: Bool
    let typedCard: FormField
    let cardProblem: String?
    let others: [String]
}
