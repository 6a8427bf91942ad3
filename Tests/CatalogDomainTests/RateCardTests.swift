// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain
import Testing

@Suite("Rate cards")
struct RateCardTests {
    private func spec() throws -> CatalogSpec {
        var spec = try CatalogSpec()
        try spec.given(CatalogSpec.putAgent("a", "x"), CatalogSpec.putAgent("b", "y"))
        return spec
    }

    private func card(_ spec: CatalogSpec) throws -> RateCard {
        try #require(spec.catalog.rateCard(CatalogSpec.slug("r")))
    }

    @Test("entries are kept sorted by agent, whatever their order")
    func sorted() throws {
        var spec = try spec()
        try spec.given(CatalogSpec.putCard("r", [("b", 2), ("a", 1)]))
        let card = try card(spec)
        #expect(card.entries.map(\.agent.text) == ["a", "b"])
        #expect(card.price(of: try CatalogSpec.slug("b")) == 2)
        #expect(card.price(of: try CatalogSpec.slug("c")) == nil)
        #expect(try spec.when(CatalogSpec.putCard("r", [("a", 1), ("b", 2)])) == [])
    }

    @Test("prices are compared by value")
    func byValue() throws {
        var spec = try spec()
        try spec.given(CatalogSpec.putCard("r", [("a", 1)]))
        let same = try CatalogSpec.need(Decimal("1.000"))
        #expect(try spec.when(CatalogSpec.putCard("r", [("a", same)])) == [])
    }

    @Test("a changed price, entry or currency makes the next version, a name does not")
    func versions() throws {
        var spec = try spec()
        try spec.given(CatalogSpec.putCard("r", [("a", 1)]))
        #expect(try card(spec).version == 1)
        try spec.given(CatalogSpec.putCard("r", [("a", 1)], name: "New"))
        #expect(try card(spec).version == 1)
        #expect(try card(spec).name == "New")
        try spec.given(CatalogSpec.putCard("r", [("a", 2)]))
        #expect(try card(spec).version == 2)
        try spec.given(CatalogSpec.putCard("r", [("a", 2), ("b", 0)]))
        #expect(try card(spec).version == 3)
        try spec.given(CatalogSpec.putCard("r", [("a", 2), ("b", 0)], currency: "EUR"))
        #expect(try card(spec).version == 4)
        try spec.given(CatalogSpec.putCard("r", []))
        #expect(try card(spec).version == 5)
    }

    @Test("archiving: not found, an event, nothing; putting revives with the same version")
    func archive() throws {
        var spec = try spec()
        let key = try CatalogSpec.slug("r")
        #expect(spec.rejection(of: .archiveRateCard(key)) == .notFound)
        try spec.given(CatalogSpec.putCard("r", [("a", 1)]), .archiveRateCard(key))
        #expect(try card(spec).isArchived)
        #expect(try spec.when(.archiveRateCard(key)) == [])
        try spec.given(CatalogSpec.putCard("r", [("a", 1)]))
        #expect(try !card(spec).isArchived)
        #expect(try card(spec).version == 1)
    }

    @Test("entries must name agents that were ever put, each once, at prices that are not negative")
    func entries() throws {
        var spec = try spec()
        let command = try CatalogSpec.putCard("r", [("a", 1), ("zz", 1), ("a", 2), ("b", -1)])
        #expect(
            spec.problems(of: command) == [
                "entries[1].agent_key does not name an agent",
                "entries[2].agent_key is listed twice",
                "entries[3].price_per_unit must not be negative",
            ]
        )
        try spec.given(CatalogSpec.archiveAgent("b"))
        #expect(try spec.when(CatalogSpec.putCard("r", [("b", 1)])).count == 1)
    }

    @Test("prices are read from numbers and strings, exactly")
    func body() throws {
        let json = """
            {"name":"R","currency":"JPY","entries":[{"agent_key":"b","price_per_unit":0.10},\
            {"agent_key":"a","price_per_unit":"9999999999999999.000000000000000001"}]}
            """
        let body = try RateCardBody(json: CatalogSpec.json(json))
        #expect(body.currency.exponent == 0)
        #expect(
            body.entries.map(\.price.description) == [
                "0.1", "9999999999999999.000000000000000001",
            ]
        )
    }

    @Test("every wrong field of a body is named by its place")
    func wrongBody() throws {
        let json = """
            {"currency":"usd","entries":[{"agent_key":"A","price_per_unit":-1},\
            {"agent_key":"a","price_per_unit":true,"note":""},{"agent_key":"a"},7,\
            {"agent_key":"b","price_per_unit":"0.0000000000000000001"},\
            {"agent_key":"c","price_per_unit":1},{"agent_key":"c","price_per_unit":1}]}
            """
        let failure = #expect(throws: ValidationFailure.self) {
            try RateCardBody(json: CatalogSpec.json(json))
        }
        #expect(
            failure?.details.map(\.field) == [
                "name", "currency", "entries[0].agent_key", "entries[0].price_per_unit",
                "entries[1].note", "entries[1].price_per_unit", "entries[2].agent_key",
                "entries[2].price_per_unit", "entries[3]", "entries[4].price_per_unit",
                "entries[6].agent_key",
            ]
        )
    }

    @Test("absent entries are none, entries of another type are an error")
    func absentEntries() throws {
        let body = try RateCardBody(
            json: CatalogSpec.json(#"{"name":"R","currency":"EUR"}"#)
        )
        #expect(body.entries.isEmpty)
        let failure = #expect(throws: ValidationFailure.self) {
            try RateCardBody(
                json: CatalogSpec.json(#"{"name":"R","currency":"EUR","entries":{}}"#)
            )
        }
        #expect(failure?.details.map(\.field) == ["entries"])
    }
}
