// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain
import Testing

@Suite("Agents")
struct AgentTests {
    @Test("the first put makes contract version 1")
    func first() throws {
        var spec = try CatalogSpec()
        try spec.given(CatalogSpec.putAgent("a", "resolved"))
        let agent = try #require(spec.catalog.agent(CatalogSpec.slug("a")))
        #expect(agent.contractVersion == 1)
        #expect(!agent.isArchived)
        #expect(agent.created == agent.updated)
        #expect(agent.updated.version == 2)
    }

    @Test("putting the same again is nothing")
    func same() throws {
        var spec = try CatalogSpec()
        try spec.given(CatalogSpec.putAgent("a", "resolved"))
        #expect(try spec.when(CatalogSpec.putAgent("a", "resolved")) == [])
    }

    @Test("the same contract in another spelling is the same")
    func spelling() throws {
        var spec = try CatalogSpec()
        let list = #"{"name":"A","contract":{"condition":[{"fact":"x","operator":"not seen"}]}}"#
        let tree = """
            {"contract":{"settlement_period":259200,"attribution_method":"last","unit":null,\
            "condition":{"op":"AND","conditions":[{"operator":"not_seen","fact":"x"}]}},"name":"A"}
            """
        let key = try CatalogSpec.slug("a")
        try spec.given(.putAgent(key, AgentBody(json: CatalogSpec.json(list))))
        #expect(try spec.when(.putAgent(key, AgentBody(json: CatalogSpec.json(tree)))) == [])
    }

    @Test("a new name alone makes an event but no contract version")
    func rename() throws {
        var spec = try CatalogSpec()
        try spec.given(
            CatalogSpec.putAgent("a", "resolved"),
            CatalogSpec.putAgent("a", "resolved", name: "New")
        )
        let agent = try #require(spec.catalog.agent(CatalogSpec.slug("a")))
        #expect(agent.name == "New")
        #expect(agent.contractVersion == 1)
        #expect(spec.catalog.agentVersions(agent.key).map(\.number) == [1])
    }

    @Test("a changed contract makes the next version, also when it goes back to an old one")
    func versions() throws {
        var spec = try CatalogSpec()
        try spec.given(
            CatalogSpec.putAgent("a", "resolved"),
            CatalogSpec.putAgent("a", "resolved", period: 61),
            CatalogSpec.putAgent("a", "resolved", name: "New", period: 61),
            CatalogSpec.putAgent("a", "resolved", name: "New")
        )
        let versions = spec.catalog.agentVersions(try CatalogSpec.slug("a"))
        #expect(versions.map(\.number) == [1, 2, 3])
        #expect(versions.map(\.contract.settlementPeriodSeconds) == [60, 61, 60])
        #expect(versions.map(\.catalogVersion) == [2, 3, 5])
        #expect(versions.map(\.author.text) == ["author 2", "author 3", "author 5"])
        #expect(versions[2].time == spec.facts[4].time)
    }

    @Test("archiving is an event once, and nothing the second time")
    func archive() throws {
        var spec = try CatalogSpec()
        let key = try CatalogSpec.slug("a")
        #expect(spec.rejection(of: .archiveAgent(key)) == .notFound)
        try spec.given(CatalogSpec.putAgent("a", "resolved"), .archiveAgent(key))
        #expect(spec.catalog.agent(key)?.isArchived == true)
        #expect(try spec.when(.archiveAgent(key)) == [])
    }

    @Test("putting an archived agent revives it, even unchanged, with its contract version")
    func revive() throws {
        var spec = try CatalogSpec()
        let key = try CatalogSpec.slug("a")
        try spec.given(CatalogSpec.putAgent("a", "resolved"), .archiveAgent(key))
        #expect(try spec.when(CatalogSpec.putAgent("a", "resolved")).count == 1)
        try spec.given(CatalogSpec.putAgent("a", "resolved"))
        let agent = try #require(spec.catalog.agent(key))
        #expect(!agent.isArchived)
        #expect(agent.contractVersion == 1)
        #expect(agent.created.version == 2)
        #expect(agent.updated.version == 4)
        #expect(spec.catalog.agentVersions(key).map(\.number) == [1])
    }

    @Test("a revival with a new contract makes the next version")
    func reviveChanged() throws {
        var spec = try CatalogSpec()
        let key = try CatalogSpec.slug("a")
        try spec.given(
            CatalogSpec.putAgent("a", "resolved"),
            .archiveAgent(key),
            CatalogSpec.putAgent("a", "closed")
        )
        #expect(spec.catalog.agent(key)?.contractVersion == 2)
    }

    @Test("lists are sorted by the bytes of the keys and hold archived agents too")
    func list() throws {
        var spec = try CatalogSpec()
        for key: Text in ["b", "a_1", "a-1", "9", "a"] {
            try spec.given(CatalogSpec.putAgent(key, "x"))
        }
        try spec.given(CatalogSpec.archiveAgent("a"))
        #expect(spec.catalog.agents.map(\.key.text) == ["9", "a", "a-1", "a_1", "b"])
        let page = spec.catalog.agents(after: try CatalogSpec.slug("a"), limit: 2)
        #expect(page.map(\.key.text) == ["a-1", "a_1"])
        #expect(spec.catalog.agents(after: try CatalogSpec.slug("b"), limit: 2).isEmpty)
        #expect(spec.catalog.agents(after: nil, limit: 0).isEmpty)
    }

    @Test("every wrong field of a body is named")
    func body() throws {
        let json = """
            {"name":7,"colour":"red","contract":{"settlement_period":0,"condition":{"any":[]},\
            "clawback_period":5}}
            """
        let failure = #expect(throws: ValidationFailure.self) {
            try AgentBody(json: CatalogSpec.json(json))
        }
        let fields = Set(failure?.details.map(\.field) ?? [])
        #expect(
            fields == [
                "name", "colour", "contract.settlement_period", "contract.condition.any",
                "contract.clawback_period",
            ]
        )
    }

    @Test(
        "what is missing, or null, is named",
        arguments: [#"{}"#, #"{"name":null,"contract":null}"#]
    )
    func missing(json: String) throws {
        let failure = #expect(throws: ValidationFailure.self) {
            try AgentBody(json: CatalogSpec.json(json))
        }
        #expect(failure?.details.map(\.field) == ["name", "contract"])
        #expect(failure?.details.map(\.message) == ["is required", "is required"])
    }

    @Test("a body that is no object is refused")
    func noObject() throws {
        let failure = #expect(throws: ValidationFailure.self) {
            try AgentBody(json: CatalogSpec.json("[]"))
        }
        #expect(failure?.details.map(\.field) == ["body"])
    }
}
