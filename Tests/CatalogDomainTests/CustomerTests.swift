// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain
import Testing

@Suite("Customers")
struct CustomerTests {
    @Test("a customer has at most one rate card, and may have none")
    func rateCard() throws {
        var spec = try CatalogSpec()
        try spec.given(
            CatalogSpec.putCard("r", []),
            CatalogSpec.putCustomer("c", card: "r")
        )
        let key = try CatalogSpec.need(CustomerKey("c"))
        #expect(spec.catalog.customer(key)?.rateCard?.text == "r")
        try spec.given(CatalogSpec.putCustomer("c"))
        #expect(spec.catalog.customer(key)?.rateCard == nil)
        #expect(spec.catalog.customer(key)?.created.version == 3)
        #expect(spec.catalog.customer(key)?.updated.version == 4)
    }

    @Test("naming a rate card that was never put is invalid, an archived one is not")
    func unknownCard() throws {
        var spec = try CatalogSpec()
        let command = try CatalogSpec.putCustomer("c", card: "r")
        #expect(spec.problems(of: command) == ["rate_card_key does not name a rate card"])
        try spec.given(
            CatalogSpec.putCard("r", []),
            .archiveRateCard(try CatalogSpec.slug("r"))
        )
        #expect(try spec.when(command).count == 1)
    }

    @Test("putting the same again is nothing; a change or a revival is an event")
    func same() throws {
        var spec = try CatalogSpec()
        try spec.given(CatalogSpec.putCustomer("c"))
        #expect(try spec.when(CatalogSpec.putCustomer("c")) == [])
        #expect(try spec.when(CatalogSpec.putCustomer("c", name: "New")).count == 1)
        try spec.given(CatalogSpec.archiveCustomer("c"))
        #expect(try spec.when(CatalogSpec.putCustomer("c")).count == 1)
    }

    @Test("archiving: not found, then an event, then nothing")
    func archive() throws {
        var spec = try CatalogSpec()
        #expect(spec.rejection(of: try CatalogSpec.archiveCustomer("c")) == .notFound)
        try spec.given(CatalogSpec.putCustomer("c"), CatalogSpec.archiveCustomer("c"))
        #expect(try spec.when(CatalogSpec.archiveCustomer("c")) == [])
    }

    @Test("keys that differ only in the spelling of é are two customers")
    func spellings() throws {
        var spec = try CatalogSpec()
        try spec.given(
            CatalogSpec.putCustomer("caf\u{E9}"),
            CatalogSpec.putCustomer("cafe\u{301}")
        )
        #expect(spec.catalog.customers.count == 2)
    }

    @Test("many customers are found and paged through in order, and a copy keeps what it had")
    func many() throws {
        var spec = try CatalogSpec()
        var keys: [Text] = []
        for number in 0..<1000 {
            let key = Text("c\(number * 7919 % 1000)")
            keys.append(key)
            try spec.given(CatalogSpec.putCustomer(key))
            if number == 500 {
                let copy = spec.catalog
                try spec.given(CatalogSpec.putCustomer(key, name: "New"))
                let customer = try CatalogSpec.need(CustomerKey(key))
                #expect(copy.customer(customer)?.name == "Customer")
                #expect(spec.catalog.customer(customer)?.name == "New")
                #expect(copy.customers.count == 501)
            }
        }
        keys.sort()
        #expect(spec.catalog.customers.map(\.key.text) == keys)
        var paged: [Text] = []
        var last: CustomerKey?
        while true {
            let page = spec.catalog.customers(after: last, limit: 33)
            guard let end = page.last else { break }
            #expect(page.count <= 33)
            paged += page.map(\.key.text)
            last = end.key
        }
        #expect(paged == keys)
        for key in keys {
            #expect(spec.catalog.customer(try CatalogSpec.need(CustomerKey(key))) != nil)
        }
        let between = spec.catalog.customers(
            after: try CatalogSpec.need(CustomerKey("c5!")),
            limit: 1
        )
        #expect(between.map(\.key.text) == ["c50"])
    }

    @Test("bodies are read; null is absent; what is wrong is named")
    func body() throws {
        let read = try CustomerBody(
            json: CatalogSpec.json(#"{"name":"C","rate_card_key":null}"#)
        )
        #expect(read == CustomerBody(name: "C", rateCard: nil))
        let failure = #expect(throws: ValidationFailure.self) {
            try CustomerBody(
                json: CatalogSpec.json(#"{"name":"","rate_card_key":"Nope","rate_card":"r"}"#)
            )
        }
        #expect(failure?.details.map(\.field) == ["rate_card", "name", "rate_card_key"])
    }
}
