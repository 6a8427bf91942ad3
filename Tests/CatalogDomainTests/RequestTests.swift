// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain
import Testing

@Suite("The requests behind changes")
struct RequestTests {
    @Test("a request leads to its latest changes, also where it made many, and to no other one's")
    func versions() throws {
        let customer = try #require(CustomerKey("acme"))
        var catalog = Catalog()
        let many = Catalog.requestLimitVersions + 3
        for version in 1...(many + 2) {
            catalog.evolve(
                CatalogFact(
                    event: .customerPut(
                        CustomerPut(customer: customer, name: "Acme", rateCard: nil)
                    ),
                    version: version,
                    time: Timestamp.earliest.adding(seconds: Int64(version)),
                    author: .commandLine,
                    request: version <= many ? "req_many" : version == many + 1 ? "req_one" : nil
                )
            )
        }
        #expect(catalog.versions(by: "req_many") == Array(4...many))
        #expect(catalog.versions(by: "req_one") == [many + 1])
        #expect(catalog.versions(by: "req_none").isEmpty)
        #expect(catalog.customer(customer)?.created.request == "req_many")
        #expect(catalog.customer(customer)?.updated.request == nil)
    }
}
