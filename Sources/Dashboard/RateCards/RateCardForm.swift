// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain

/// What is typed about a rate card: its name, its currency and one row an agent.
struct RateCardForm: Sendable {
    struct Row: Sendable {
        var agent: String
        var price: String
    }

    /// Rows offered on a new card.
    private static let blankRows = 3

    let key: String
    let name: String
    let currency: String
    var rows: [Row]
    /// The catalog version that the card was last changed in when the form was opened; 0 of a new one.
    var basis: Int

    /// An empty form.
    init() {
        (key, name, currency) = ("", "", "USD")
        rows = Array(repeating: Row(agent: "", price: ""), count: Self.blankRows)
        basis = 0
    }

    /// A card as it is.
    init(_ card: RateCard) {
        key = card.key.text.string
        name = card.name.string
        currency = card.currency.code
        rows = card.entries.map { Row(agent: $0.agent.text.string, price: "\($0.price)") }
        basis = card.updated.version
    }

    /// What was sent: rows side by side in two fields.
    init(_ form: Form, of card: RateCard? = nil) {
        key = card?.key.text.string ?? form.text("key")
        name = form.text("name")
        currency = form.text("currency")
        rows = zip(form.all("agent_key"), form.all("price_per_unit")).map {
            Row(agent: Self.trimmed($0), price: Self.trimmed($1))
        }
        basis = Int(form.text("basis")) ?? 0
    }

    private static func trimmed(_ value: String) -> String {
        Form(fields: [Form.Field(name: "", value: value)]).text("")
    }

    /// Adds or removes a row for a browser without scripts.
    ///
    /// - Returns: False when the button was another one.
    mutating func edit(_ button: String) -> Bool {
        if button == "add" {
            rows.append(Row(agent: "", price: ""))
            return true
        }
        guard button.hasPrefix("remove-"), let index = Int(button.dropFirst(7)),
            rows.indices.contains(index)
        else { return false }
        rows.remove(at: index)
        return true
    }

    /// The rows with anything in them, by their place in the grid.
    var filled: [(place: Int, row: Row)] {
        rows.enumerated().filter { !$1.agent.isEmpty || !$1.price.isEmpty }.map { ($0, $1) }
    }

    /// The body of the API's call: judged as if it had come from there.
    var json: JSONValue {
        let entries = filled.map { entry in
            JSONValue.object(
                JSONObject([
                    .init("agent_key", .string(Text(entry.row.agent))),
                    .init("price_per_unit", .string(Text(entry.row.price))),
                ])
            )
        }
        return .object(
            JSONObject([
                .init("name", .string(Text(name))),
                .init("currency", .string(Text(currency))),
                .init("entries", .array(entries)),
            ])
        )
    }
}
