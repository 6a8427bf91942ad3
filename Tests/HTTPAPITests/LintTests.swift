// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@testable import HTTPAPI

@Suite("A contract looked over beside the account's traffic")
struct LintTests {
    private func post(_ body: String, _ caller: Caller) async throws {
        let reply = try await caller.post("/v1/events", body)
        let position = try #require(reply.string("position"))
        let seen = try await caller.get("/v1/signals/observed?after=" + position)
        #expect(seen.status == 200)
    }

    private func traffic(_ caller: Caller) async throws {
        try await caller.makeCatalog()
        for (key, value) in [("ticket-0001", "\"4\""), ("ticket-0002", "\"5\"")] {
            try await post(
                """
                {"key":"\(key)","action":"replied","customer_key":"acme","agent_key":"support",
                "properties":{"value":\(value)}}
                """,
                caller
            )
        }
        try await post(
            """
            {"key":"ticket-0002","action":"rated","customer_key":"acme",
            "properties":{"value":2.50}}
            """,
            caller
        )
    }

    @Test("the actions that were seen, with the types of their values")
    func observed() async throws {
        try await World.call { world, caller in
            try await traffic(caller)
            let reply = try await caller.with(world.live.read).get("/v1/signals/observed")
            #expect(reply.at("outcomes") == .number(2))
            #expect(reply.count("actions") == 2)
            #expect(reply.string("actions.0.action") == "replied")
            #expect(reply.at("actions.0.signals") == .number(2))
            #expect(reply.at("actions.0.values.string") == .number(2))
            #expect(reply.count("actions.0.examples") == 2)
            #expect(reply.at("actions.0.min") == .null)
            #expect(reply.string("actions.1.min") == "2.5")
            #expect(reply.at("actions.1.outcomes") == .number(1))
            let one = try await caller.get("/v1/signals/observed?agent_key=support&outcomes=1")
            #expect(one.at("outcomes") == .number(1))
            let other = try await caller.with(world.other.read).get("/v1/signals/observed")
            #expect(other.count("actions") == 0)
            for query in ["agent_key=ghost", "outcomes=0", "outcomes=2001", "agents=1"] {
                let wrong = try await caller.get("/v1/signals/observed?" + query)
                #expect(wrong.status == 400, "\(query)")
            }
        }
    }

    @Test("findings name the node, from the condition alone and from traffic")
    func lint() async throws {
        try await World.call { world, caller in
            try await traffic(caller)
            let reply = try await caller.with(world.live.read).post(
                "/v1/contracts/lint",
                """
                {"agent_key":"support","contract":{"condition":[
                {"fact":"replied","operator":"gte","value":4},
                {"fact":"replied","operator":"not seen"},
                {"fact":"closed","operator":"seen"}]}}
                """
            )
            #expect(reply.status == 200)
            let found = (0..<(reply.count("findings") ?? 0)).map { index in
                let code = reply.string("findings.\(index).code") ?? ""
                return "\(code) \(reply.string("findings.\(index).path") ?? "")"
            }
            #expect(
                found == [
                    "NEVER_TRUE ", "CONTRADICTION ", "VALUE_TYPE_NEVER_SEEN /all/0",
                    "FACT_NEVER_SEEN /all/2",
                ]
            )
            #expect(reply.string("findings.0.severity") == "error")
            #expect(reply.string("findings.1.related.1") == "/all/1")
            #expect(reply.at("complete") == .bool(true))
            #expect(reply.string("condition.all.1.operator") == "not_seen")
            #expect(reply.at("observed.outcomes") == .number(2))
        }
    }

    @Test("a contract that is none is refused with every wrong field")
    func invalid() async throws {
        try await World.call { _, caller in
            let wrong = try await caller.post(
                "/v1/contracts/lint",
                #"{"contract":{"condition":{"all":1},"settlement_period":0},"agent_key":"A","x":1}"#
            )
            #expect(wrong.status == 400)
            #expect(
                wrong.fields.sorted() == [
                    "agent_key", "contract.condition.all", "contract.settlement_period", "x",
                ]
            )
            let none = try await caller.post("/v1/contracts/lint", "{}")
            #expect(none.fields == ["contract"])
        }
    }
}
