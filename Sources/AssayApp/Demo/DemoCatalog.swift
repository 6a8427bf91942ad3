// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// What the demo's vendor sells: three agents, two rate cards, six customers.
enum DemoCatalog {
    static let customers: [(key: String, name: String, card: String)] = [
        ("acme", "Acme Corp", "standard"),
        ("globex", "Globex", "standard"),
        ("initech", "Initech", "standard"),
        ("umbrella", "Umbrella Health", "enterprise"),
        ("hooli", "Hooli", "enterprise"),
        ("stark", "Stark Freight", "enterprise"),
    ]

    /// A customer that sends events and was never put into the catalog.
    static let unknownCustomer = "wayne"

    static func put(with client: APIClient) async throws {
        for (key, agent) in agents {
            _ = try await client.put("/v1/agents/\(key)", agent)
        }
        _ = try await client.put("/v1/rate-cards/standard", rateCard("Standard", "USD", 2))
        _ = try await client.put("/v1/rate-cards/enterprise", rateCard("Enterprise", "EUR", 1))
        for customer in customers {
            _ = try await client.put(
                "/v1/customers/\(customer.key)",
                [
                    "name": .string(Text(customer.name)),
                    "rate_card_key": .string(Text(customer.card)),
                ]
            )
        }
    }

    private static let agents: [(String, JSONValue)] = [
        ("support", agent("Support", 259_200, "last", "resolution", supportCondition)),
        ("onboarding", agent("Onboarding", 86_400, "last", "activation", onboardingCondition)),
        ("sales", agent("Sales", 172_800, "sum", "seat", salesCondition)),
    ]

    /// The agent has replied, and the ticket was not escalated, reopened or rated below 3.
    private static let supportCondition: JSONValue = [
        "all": [
            ["fact": "agent_replied", "operator": "seen"],
            ["fact": "escalated", "operator": "not_seen"],
            ["fact": "reopened", "operator": "not_seen"],
            ["fact": "csat_received", "operator": "not_lt", "value": 3],
        ]
    ]

    private static let onboardingCondition: JSONValue = [
        "fact": "step_completed", "operator": "count_gte", "value": 3,
    ]

    private static let salesCondition: JSONValue = [
        "any": [
            ["fact": "deal_stage", "operator": "match", "value": "won"],
            ["fact": "contract_signed", "operator": "match", "value": true],
        ]
    ]

    private static func agent(
        _ name: String,
        _ period: Int,
        _ method: String,
        _ unit: String,
        _ condition: JSONValue
    ) -> JSONValue {
        [
            "name": .string(Text(name)),
            "contract": [
                "settlement_period": JSONValue(integerLiteral: period),
                "attribution_method": .string(Text(method)),
                "unit": .string(Text(unit)),
                "condition": condition,
            ],
        ]
    }

    private static func rateCard(_ name: String, _ currency: String, _ factor: Int) -> JSONValue {
        let prices = [
            ("support", 99 * factor), ("onboarding", 450 * factor), ("sales", 70 * factor),
        ]
        let entries = prices.map { agent, cents -> JSONValue in
            let price = "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
            return ["agent_key": .string(Text(agent)), "price_per_unit": .string(Text(price))]
        }
        return [
            "name": .string(Text(name)),
            "currency": .string(Text(currency)),
            "entries": .array(entries),
        ]
    }
}
