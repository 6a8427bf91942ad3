// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("The catalog")
struct CatalogTests {
    private let agent = #"{"name":"A","contract":{"condition":{"fact":"a","operator":"seen"}}}"#

    @Test("PUT creates, changes nothing, changes, and revives; DELETE archives")
    func agents() async throws {
        try await World.call { _, caller in
            let made = try await caller.put("/v1/agents/support", agent)
            #expect(made.status == 201)
            #expect(made.at("contract_version") == .number(1))
            #expect(made.at("contract.settlement_period") == .number(259_200))
            #expect(made.string("contract.attribution_method") == "last")
            let same = try await caller.put("/v1/agents/support", agent)
            #expect(same.status == 200)
            #expect(same.string("position") == made.string("position"))
            let changed = try await caller.put(
                "/v1/agents/support",
                #"{"name":"B","contract":{"condition":[{"fact":"b","operator":"not seen"}]}}"#
            )
            #expect(changed.status == 200)
            #expect(changed.at("contract_version") == .number(2))
            let versions = try await caller.get("/v1/agents/support/versions?limit=1")
            #expect(versions.at("data.0.version") == .number(1))
            let cursor = try #require(versions.string("next_cursor"))
            let rest = try await caller.get("/v1/agents/support/versions?cursor=" + cursor)
            #expect(rest.at("data.0.version") == .number(2))
            #expect(rest.at("next_cursor") == .null)
            let gone = try await caller.call(.delete, "/v1/agents/support")
            #expect(gone.status == 200)
            #expect(gone.at("archived") == .bool(true))
            let position = try #require(gone.string("position"))
            let read = try await caller.get("/v1/agents/support?after=" + position)
            #expect(read.at("archived") == .bool(true))
            let back = try await caller.put("/v1/agents/support", agent)
            #expect(back.status == 200)
            #expect(back.at("archived") == .bool(false))
        }
    }

    @Test("what a GET answers as contract can be put again")
    func roundTrip() async throws {
        try await World.call { _, caller in
            try await caller.makeCatalog()
            let read = try await caller.get("/v1/agents/support")
            let contract = try #require(read.at("contract"))
            let body = JSONValue.object(
                JSONObject([
                    .init("name", .string("Support")), .init("contract", contract),
                ])
            )
            let put = try await caller.put(
                "/v1/agents/support",
                String(decoding: body.canonicalBytes, as: UTF8.self)
            )
            #expect(put.status == 200)
            #expect(put.at("contract_version") == .number(1))
        }
    }

    @Test(
        "a body that breaks a rule is told every wrong field, and changes nothing",
        arguments: [
            ("agents/new", "{}", ["name", "contract"]),
            (
                "agents/new",
                #"{"name":"x","contract":{"condition":{"fact":"a","operator":"gte"}}}"#,
                ["contract.condition.value"]
            ),
            (
                "agents/new",
                #"{"name":"x","contract":{"condition":[],"clawback_period":5,"settlement_period":0}}"#,
                ["contract.clawback_period", "contract.settlement_period"]
            ),
            ("agents/Not-A-Slug", #"{"name":"x"}"#, ["key"]),
            ("customers/new", #"{"name":"x","rate_card_key":"none"}"#, ["rate_card_key"]),
            ("customers/new", #"{"name":5,"extra":1}"#, ["extra", "name"]),
            ("customers/%0A", #"{"name":"x"}"#, ["key"]),
            (
                "rate-cards/new",
                """
                {"name":"x","currency":"USD","entries":[{"agent_key":"none","price_per_unit":1}]}
                """, ["entries[0].agent_key"]
            ),
            ("rate-cards/new", #"{"name":"x","currency":"dollars"}"#, ["currency"]),
            ("rate-cards/new", "[]", ["body"]),
            (
                "rate-cards/new",
                """
                {"name":"","currency":"USD","entries":[{"agent_key":"a","price_per_unit":"x"},
                {"agent_key":"a","price_per_unit":1},{"agent_key":"a","price_per_unit":-1}]}
                """,
                [
                    "name", "entries[0].price_per_unit", "entries[1].agent_key",
                    "entries[2].agent_key", "entries[2].price_per_unit",
                ]
            ),
            (
                "rate-cards/new",
                """
                {"name":"x","currency":"USD","entries":[{"agent_key":"a","price_per_unit":1e18}]}
                """, ["entries[0].price_per_unit"]
            ),
        ]
    )
    func wrongBodies(path: String, body: String, fields: [String]) async throws {
        try await World.call { _, caller in
            let reply = try await caller.put("/v1/" + path, body)
            #expect(reply.status == 400)
            #expect(Set(reply.fields) == Set(fields))
            #expect(try await caller.get("/v1/" + path).status == 404)
        }
    }

    @Test("prices are exact, as numbers or as strings")
    func prices() async throws {
        try await World.call { _, caller in
            _ = try await caller.put("/v1/agents/a", agent)
            for (price, read) in [
                ("0.10", "0.1"), ("\"0.000000000000000001\"", "0.000000000000000001"),
                ("999999999999999999.999", "999999999999999999.999"), ("0", "0"), ("1e2", "100"),
            ] {
                let card = try await caller.put(
                    "/v1/rate-cards/card",
                    """
                    {"name":"x","currency":"EUR",
                    "entries":[{"agent_key":"a","price_per_unit":\(price)}]}
                    """
                )
                #expect(card.string("entries.0.price_per_unit") == read)
            }
        }
    }

    @Test("lists go by key, and DELETE of what never was is a 404")
    func lists() async throws {
        try await World.call { _, caller in
            for key in ["b", "a", "c"] {
                _ = try await caller.put("/v1/agents/" + key, agent)
            }
            let all = try await caller.get("/v1/agents")
            #expect((0..<3).map { all.string("data.\($0).key") } == ["a", "b", "c"])
            for path in ["agents/none", "customers/none", "rate-cards/none", "tokens/none"] {
                #expect(try await caller.call(.delete, "/v1/" + path).status == 404)
            }
        }
    }
}
