// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import OutcomeDomain

extension Archive {
    static let confirmed: Text = "ticket:1001"
    static let parked: Text = "ticket:1002 \"é\""
    static let failed: Text = "ticket:1003"
    static let open: Text = "ticket:1004"
    static let missed: Text = "ticket:1005"
    static let free: Text = "ticket:1006"
    static let keys = [confirmed, parked, failed, open, missed, free]

    /// An account with two agents and two customers, and an outcome of each kind.
    static func told(
        forgery: @escaping Forgery = { [$2] }
    ) throws -> Archive {
        try told(rewriting: { $1 }, forgery: forgery)
    }

    static func told(
        rewriting: @escaping Rewrite,
        forgery: @escaping Forgery = { [$2] }
    ) throws -> Archive {
        var archive = try Archive(forgery: forgery, rewrite: rewriting)
        try archive.putAgent("bot", support)
        try archive.putAgent("scribe", "{\"settlement_period\":60,\"condition\":{\"all\":[]}}")
        try archive.putCard("standard", "USD", [("bot", "0.25"), ("scribe", "0")])
        try archive.putCustomer("acme", card: "standard")
        try archive.putCustomer("zenith", card: "standard")
        try archive.tellConfirmed()
        try archive.tellParked()
        try archive.tellOthers()
        return archive
    }

    private static let support: Text = """
        {"settlement_period":3600,"attribution_method":"sum","unit":"resolution","condition":
        [{"fact":"resolved","operator":"seen"},
        {"not":{"fact":"escalated","operator":"match","value":"yes"}},
        {"any":[{"fact":"csat","operator":"not_lt","value":2.5},
        {"fact":"resolved","operator":"count_gte","value":3}]}]}
        """

    private mutating func tellConfirmed() throws {
        let key = Self.confirmed
        try signal(
            key,
            "resolved",
            at: 100,
            attribution: "1.5",
            metadata: .plain(Array("{\"channel\":\"chat\"}".utf8))
        )
        try signal(key, "escalated", at: 200, agent: "bot", value: .string("no"))
        try signal(
            key,
            "csat",
            at: 300,
            value: .number(try need(Decimal("3.50"))),
            attribution: "0.5",
            metadata: MetadataSlot(encryption: 1, keyID: [0xAB, 0xCD], bytes: [0, 255, 10])
        )
        settle(key, through: 4_000)
        try signal(key, "resolved", at: 5_000)
    }

    /// Nobody knows the customer at first; a redrive brings both signals that wait.
    private mutating func tellParked() throws {
        let key = Self.parked
        let first = try signal(key, "written", at: 1_000, customer: "café", agent: "scribe")
        try signal(key, "written", at: 1_030, customer: "café", attribution: "2")
        try signal(key, "written", at: 1_040, customer: "other", agent: "scribe")
        redrive(first, key, at: 1_500)
        try putCard("premium", "KWD", [("bot", "9"), ("scribe", "1.005")])
        try putCustomer("café", card: "premium")
        redrive(first, key, at: 2_000)
        try signal(key, "written", at: 2_100, customer: "acme", agent: "scribe")
        let late = try signal(key, "written", at: 2_200, customer: "café")
        discard(late, key, at: 2_300)
    }

    private mutating func tellOthers() throws {
        try signal(Self.failed, "resolved", at: 100, agent: "bot")
        try signal(Self.failed, "escalated", at: 200, value: .string("yes"))
        settle(Self.failed, through: 4_000)
        try signal(Self.open, "resolved", at: 9_000, agent: "bot")
        try signal(Self.missed, "csat", at: 100, agent: "bot", value: .boolean(true))
        settle(Self.missed, through: 4_000)
        try signal(Self.free, "written", at: 3_000, agent: "scribe", attribution: "7")
        settle(Self.free, through: 4_000)
    }
}
