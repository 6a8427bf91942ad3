// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPTypes
import ProjectionKit
import Testing

@testable import HTTPAPI

@Suite("Reading")
struct ReadingTests {
    @Test("keys with every legal character are found again, percent-encoded")
    func everyLegalCharacter() async throws {
        let printable = String(
            String.UnicodeScalarView((0x20...0x7E).compactMap { Unicode.Scalar($0) })
        )
        let keys = [
            printable, "........", "a/b/c/d/e", "caf\u{E9}-0001", "cafe\u{301}-0001",
            "\u{A0}\u{2028}\u{FEFF}\u{1F9FE}\u{10FFFF}1234", "100%25%2F%", "\"'<>&?#[]@!$",
        ]
        try await World.call { _, caller in
            for key in keys {
                try await check(key, caller)
            }
            let feed = try await caller.get("/v1/outcomes?limit=500")
            #expect(feed.count("data") == keys.count)
        }
    }

    private func check(_ key: String, _ caller: Caller) async throws {
        if try await caller.get("/v1/agents/support").status == 404 {
            try await caller.makeCatalog()
        }
        let customer = try await caller.put(
            "/v1/customers/" + PercentCoding.encode(Text(key)),
            #"{"name":"x","rate_card_key":"standard"}"#
        )
        #expect(customer.status == 201)
        #expect(customer.at("key") == .string(Text(key)))
        var body = JSONWriter()
        body.beginObject()
        body.member("key", key)
        body.member("action", "replied")
        body.member("customer_key", key)
        body.endObject()
        let posted = try await caller.post(
            "/v1/events",
            String(decoding: body.bytes, as: UTF8.self)
        )
        #expect(posted.status == 202)
        let position = try #require(posted.string("position"))
        let encoded = PercentCoding.encode(Text(key))
        let outcome = try await caller.get("/v1/outcomes/\(encoded)?after=\(position)")
        #expect(outcome.at("key") == .string(Text(key)))
        #expect(outcome.at("customer_key") == .string(Text(key)))
        #expect(try await caller.get("/v1/outcomes/\(encoded)/history").count("data") == 2)
        let filtered = try await caller.get("/v1/outcomes?customer_key=" + encoded)
        #expect(filtered.count("data") == 1)
    }

    @Test("names that can be nobody's are not found")
    func impossibleNames() async throws {
        try await World.call { _, caller in
            for path in [
                "/v1/outcomes/short", "/v1/outcomes/%00%00%00%00%00%00%00%00",
                "/v1/outcomes/%FF%FF%FF%FF%FF%FF%FF%FF", "/v1/events/evt_1",
                "/v1/events/EVT_00000000000000000000000000000000", "/v1/agents/Support",
                "/v1/customers/%0A", "/v1/rate-cards/-", "/v1/tokens/tok_x", "/v1/dead-letters/x",
                "/v1/outcomes/12345678/history", "/v1/agents/none/versions",
            ] {
                let reply = try await caller.get(path)
                #expect(reply.status == 404, "\(path)")
                #expect(reply.code == "NOT_FOUND")
            }
        }
    }

    @Test("a position that is not reached is READ_BEHIND, with when to come back")
    func readBehind() async throws {
        var limits = APILimits.patient
        limits.readSeconds = 0
        try await World.call(limits: limits) { _, caller in
            // Version 1, no catalog version, partition 0, place 127: far ahead of the log.
            let ahead = Base64URL.encode([1, 0, 0, 127])
            for path in [
                "/v1/outcomes", "/v1/ledger/postings", "/v1/dead-letters", "/v1/agents",
                "/v1/outcomes/12345678", "/v1/tokens",
            ] {
                let reply = try await caller.get("\(path)?after=\(ahead)")
                #expect(reply.status == 503, "\(path)")
                #expect(reply.code == "READ_BEHIND")
                #expect(reply.headers[.retryAfter] == "1")
            }
            let version = Base64URL.encode([1, 127])
            #expect(try await caller.get("/v1/agents?after=\(version)").code == "READ_BEHIND")
        }
    }

    @Test("a read model that has stopped says so, and not that trying again will do")
    func stopped() async throws {
        try await World.call { world, caller in
            world.services.progress.publishStop(of: ReadModels.ledger)
            let posted = try await caller.post("/v1/events", IntakeTests.event)
            let position = try #require(posted.string("position"))
            let reply = try await caller.get("/v1/ledger/postings?after=" + position)
            #expect(reply.status == 503)
            #expect(reply.code == "READ_BEHIND")
            #expect(reply.string("error.message")?.contains("has stopped") == true)
            #expect(try await caller.get("/v1/outcomes?after=" + position).status == 200)
            let sandbox = caller.with(world.sandbox.admin)
            let moved = try await sandbox.post("/v1/test-clock/advance", #"{"by":1}"#)
            #expect(moved.string("error.message")?.contains("has stopped") == true)
            #expect(moved.string("error.position") != nil)
        }
    }

    @Test(
        "a wrong query is named",
        arguments: [
            ("/v1/outcomes?after=%21", ["after"]), ("/v1/outcomes?after=", ["after"]),
            (
                "/v1/outcomes?state=open&agent_key=X&updated_after=1&limit=0",
                ["state", "agent_key", "updated_after", "limit"]
            ),
            (
                "/v1/outcomes?stat=OPEN&state=open&after=%21&limit=%zz&cursor=x&cursor=y",
                ["stat", "state", "after", "limit", "cursor", "cursor"]
            ),
            ("/v1/agents?cursor=x&limit=501&after=", ["cursor", "limit", "after"]),
            ("/v1/outcomes/12345678/history?cursor=x&limit=-1", ["cursor", "limit"]),
            ("/v1/outcomes?stat=OPEN", ["stat"]), ("/v1/outcomes?cursor=x", ["cursor"]),
            ("/v1/ledger/postings?from=x&to=y&outcome_key=z", ["from", "to", "outcome_key"]),
            ("/v1/dead-letters?code=NOPE&key=x&action=", ["code", "key", "action"]),
            ("/v1/agents?limit=x", ["limit"]), ("/v1/agents/a?limit=5", ["limit"]),
            ("/v1/test-clock?now=5", ["now"]),
        ]
    )
    func wrongQueries(path: String, fields: [String]) async throws {
        try await World.call { _, caller in
            let reply = try await caller.get(path)
            #expect(reply.status == 400)
            #expect(reply.code == "VALIDATION_ERROR")
            #expect(reply.fields == fields)
        }
    }

    @Test("the feed pages newest first, and filters")
    func feed() async throws {
        try await World.call { _, caller in
            try await caller.makeCatalog()
            var position = ""
            for number in 1...5 {
                let reply = try await caller.post(
                    "/v1/events",
                    #"{"key":"ticket-100\#(number)","action":"replied","customer_key":"acme"}"#
                )
                position = try #require(reply.string("position"))
                _ = try await caller.get("/v1/outcomes?after=" + position)
            }
            var keys: [String] = []
            var path = "/v1/outcomes?limit=2"
            while true {
                let page = try await caller.get(path)
                keys += (0..<(page.count("data") ?? 0)).compactMap { page.string("data.\($0).key") }
                guard let cursor = page.string("next_cursor") else { break }
                path = "/v1/outcomes?limit=2&cursor=" + cursor
            }
            #expect(keys == (1...5).reversed().map { "ticket-100\($0)" })
            for (filter, count) in [
                ("state=PENDING", 5), ("state=CONFIRMED", 0), ("agent_key=support", 5),
                ("agent_key=other", 0), ("customer_key=acme", 5), ("customer_key=nobody", 0),
                ("updated_after=2026-03-04T12:00:00Z", 0),
                ("updated_before=2026-03-04T12:00:00.000001Z", 5),
            ] {
                #expect(try await caller.get("/v1/outcomes?\(filter)").count("data") == count)
            }
        }
    }

    @Test("a confirmed outcome is in the ledger, exactly, and balances add up")
    func ledger() async throws {
        try await World.call { world, caller in
            let caller = caller.with(world.sandbox.admin)
            try await caller.makeCatalog()
            for number in 1...3 {
                _ = try await caller.post(
                    "/v1/events",
                    """
                    {"key":"ticket-100\(number)","action":"replied","customer_key":"acme",
                    "properties":{"attribution":0.5}}
                    """
                )
            }
            let moved = try await caller.post("/v1/test-clock/advance", #"{"by":3600}"#)
            #expect(moved.status == 200)
            #expect(moved.string("now") == "2026-03-04T13:00:00.000000Z")
            let outcome = try await caller.get("/v1/outcomes/ticket-1001")
            #expect(outcome.string("state") == "CONFIRMED")
            #expect(outcome.string("amount") == "0.495")
            #expect(outcome.string("quantity") == "0.5")
            let postings = try await caller.get("/v1/ledger/postings?customer_key=acme")
            #expect(postings.count("data") == 3)
            #expect(postings.string("data.0.lines.0.account") == "receivable:acme")
            #expect(postings.string("data.0.lines.0.amount") == "0.495")
            #expect(postings.string("data.0.lines.1.amount") == "-0.495")
            let balances = try await caller.get("/v1/ledger/balances")
            #expect(balances.string("data.0.receivable") == "1.485")
            #expect(balances.string("totals.0.revenue") == "-1.485")
            #expect(balances.at("totals.0.postings") == .number(3))
            let one = try await caller.get("/v1/ledger/postings?outcome_key=ticket-1002")
            #expect(one.count("data") == 1)
            let csv = try await caller.get("/v1/ledger/postings.csv?customer_key=acme").text
            let lines = csv.split(separator: "\r\n", omittingEmptySubsequences: false)
            #expect(lines.count == 5 && lines.last == "")
            #expect(lines[1...3].allSatisfy { $0.contains(",0.495,") })
            let none = try await caller.get("/v1/ledger/balances?to=2026-03-04T13:00:00Z")
            #expect(none.count("data") == 0)
        }
    }
}
