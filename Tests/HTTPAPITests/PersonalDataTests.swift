// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("Personal data")
struct PersonalDataTests {
    private func post(
        _ caller: Caller,
        _ key: String,
        customer: String = "acme",
        more: String = "",
        properties: String = #""email":"someone@example.org""#
    ) async throws -> Reply {
        try await caller.post(
            "/v1/events",
            """
            {"key":"\(key)","action":"replied","customer_key":"\(customer)"\(more),
            "properties":{\(properties)}}
            """
        )
    }

    private func history(_ caller: Caller, _ key: String, after: Reply) async throws -> Reply {
        let position = try #require(after.string("position"))
        return try await caller.get("/v1/outcomes/\(key)/history?after=\(position)")
    }

    @Test("an erasure makes metadata unreadable, and changes nothing else")
    func erasure() async throws {
        try await World.call { _, caller in
            try await caller.makeCatalog()
            let posted = try await post(caller, "ticket-1001")
            let before = try await history(caller, "ticket-1001", after: posted)
            #expect(before.string("data.1.metadata.email") == "someone@example.org")
            #expect(before.string("data.1.metadata_status") == "readable")
            #expect(before.string("data.0.metadata_status") == "none")

            let erased = try await caller.call(
                .delete,
                "/v1/customers/acme/personal-data?reason=asked+for+it"
            )
            #expect(erased.status == 202)
            #expect(erased.string("status") == "erased")
            #expect(erased.string("customer_key") == "acme")
            let after = try await history(caller, "ticket-1001", after: erased)
            #expect(after.at("data.1.metadata") == .null)
            #expect(after.string("data.1.metadata_status") == "erased")
            #expect(after.string("data.1.hash") == before.string("data.1.hash"))
            #expect(after.at("data.1.data") == before.at("data.1.data"))

            let told = try await caller.get("/v1/customers/acme/personal-data")
            #expect(told.at("erasures") == .number(1))
            #expect(told.string("last_erasure.reason") == "asked for it")
            #expect(told.string("last_erasure.event_id") == erased.string("event_id"))
        }
    }

    @Test("what is posted after an erasure is readable, until the next one")
    func afterwards() async throws {
        try await World.call { _, caller in
            try await caller.makeCatalog()
            _ = try await post(caller, "ticket-1001")
            for round in 1...3 {
                _ = try await caller.call(.delete, "/v1/customers/acme/personal-data")
                let posted = try await post(
                    caller,
                    "ticket-1001",
                    properties: #""round":\#(round)"#
                )
                let history = try await history(caller, "ticket-1001", after: posted)
                let last = (history.count("data") ?? 0) - 1
                #expect(history.at("data.\(last).metadata.round") != nil)
                for old in 1..<last {
                    #expect(history.string("data.\(old).metadata_status") == "erased")
                }
            }
            let told = try await caller.get("/v1/customers/acme/personal-data")
            #expect(told.at("erasures") == .number(3))
        }
    }

    @Test("a signal that is parked for a customer nobody knows is covered, and still opens later")
    func parked() async throws {
        try await World.call { _, caller in
            try await caller.makeCatalog()
            let posted = try await post(caller, "ticket-1001", customer: "later")
            let before = try await history(caller, "ticket-1001", after: posted)
            #expect(before.string("data.0.metadata_status") == "readable")
            let erased = try await caller.call(.delete, "/v1/customers/later/personal-data")
            #expect(erased.string("status") == "erased")
            _ = try await caller.put(
                "/v1/customers/later",
                #"{"name":"Later","rate_card_key":"standard"}"#
            )
            let again = try await post(caller, "ticket-1001", customer: "later")
            let after = try await history(caller, "ticket-1001", after: again)
            #expect(after.string("data.0.metadata_status") == "erased")
            #expect(after.string("data.1.type") == "outcome_opened")
        }
    }

    @Test("one customer's erasure leaves another's metadata, and another account's, readable")
    func others() async throws {
        try await World.call { world, caller in
            try await caller.makeCatalog()
            _ = try await caller.put(
                "/v1/customers/globex",
                #"{"name":"Globex","rate_card_key":"standard"}"#
            )
            let neighbour = caller.with(world.other.admin)
            try await neighbour.makeCatalog()
            let mine = try await post(caller, "ticket-1001", customer: "globex")
            let theirs = try await post(neighbour, "ticket-1001")
            _ = try await caller.call(.delete, "/v1/customers/acme/personal-data")
            for (caller, posted) in [(caller, mine), (neighbour, theirs)] {
                let history = try await history(caller, "ticket-1001", after: posted)
                #expect(history.string("data.1.metadata_status") == "readable")
            }
        }
    }

    @Test("it works in a sandbox")
    func sandbox() async throws {
        try await World.call { world, caller in
            let sandbox = caller.with(world.sandbox.admin)
            try await sandbox.makeCatalog()
            _ = try await post(sandbox, "ticket-1001")
            let erased = try await sandbox.call(.delete, "/v1/customers/acme/personal-data")
            #expect(erased.string("status") == "erased")
            let history = try await history(sandbox, "ticket-1001", after: erased)
            #expect(history.string("data.1.metadata_status") == "erased")
        }
    }

    @Test(
        "a retry with other metadata is a conflict, but after an erasure nothing is claimed of it"
    )
    func conflicts() async throws {
        try await World.call { _, caller in
            try await caller.makeCatalog()
            let key = #","idempotency_key":"once""#
            let first = try await post(caller, "ticket-1001", more: key)
            func retry(_ properties: String) async throws -> JSONValue? {
                let reply = try await post(
                    caller,
                    "ticket-1001",
                    more: key,
                    properties: properties
                )
                #expect(reply.string("event_id") == first.string("event_id"))
                #expect(reply.at("duplicate") == .bool(true))
                return reply.at("body_conflict")
            }
            let same = #""email":"someone@example.org""#
            #expect(try await retry(same) == .bool(false))
            #expect(try await retry(#""email":"other@example.org""#) == .bool(true))
            #expect(try await retry("") == .bool(true))
            _ = try await caller.call(.delete, "/v1/customers/acme/personal-data")
            #expect(try await retry(same) == .bool(false))
            #expect(try await retry(#""email":"other@example.org""#) == .bool(false))
            #expect(try await retry("") == .bool(true), "that there was some is still known")
            #expect(
                try await retry(same + #","value":4"#) == .bool(true),
                "the value is not covered"
            )
        }
    }

    @Test("only an admin may erase, and a reason has to be one")
    func refusals() async throws {
        try await World.call { world, caller in
            let path = "/v1/customers/acme/personal-data"
            #expect(try await caller.with(world.live.ingest).call(.delete, path).status == 403)
            #expect(try await caller.with(nil).call(.delete, path).status == 401)
            let reply = try await caller.call(.delete, path + "?reason=")
            #expect(reply.status == 400)
            #expect(reply.fields == ["reason"])
            #expect(try await caller.call(.delete, path + "?why=1").status == 400)
            #expect(try await caller.with(world.live.read).get(path).at("erasures") == .number(0))
        }
    }
}
