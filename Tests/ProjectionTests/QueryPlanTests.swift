// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import ProjectionKit
import Testing

@testable import SQLiteStore

@Suite("What is read is found by an index")
struct QueryPlanTests {
    private func plan(
        of query: String,
        _ fixture: StoreFixture,
        _ model: ReadModelName
    ) async throws -> [String] {
        try await fixture.rows(of: model).read { database in
            try BoundStatement(database, "EXPLAIN QUERY PLAN " + query).all { row in
                try row.text(3).string
            }
        }
    }

    @Test("no query scans a table or sorts")
    func plans() async throws {
        let fixture = try StoreFixture()
        defer { fixture.remove() }
        let queries: [(model: ReadModelName, queries: [String])] = [
            (
                .feed,
                ReadModelStatements.queries + OutcomesFeedStatements().queries
                    + OutcomeSumStatements().queries
            ),
            (.ledger, BillingLedgerStatements().queries + LedgerSumStatements().queries),
            (
                .deadLetters,
                DeadLettersStatements().queries + DeadLetterGroupsStatements().queries
            ),
            (.journeys, JourneysStatements().queries + ArrivalStatements.queries),
            (.value, ValueDeliveredStatements().queries),
        ]
        #expect(queries.flatMap(\.queries).count > 20)
        for (model, queries) in queries {
            for query in queries {
                let plan = try await plan(of: query, fixture, model)
                #expect(!plan.isEmpty)
                for step in plan {
                    #expect(step.hasPrefix("SEARCH"), "\(query): \(step)")
                }
            }
        }
    }

    @Test("pages begin at their cursor instead of walking up to it")
    func pagesSeek() async throws {
        let fixture = try StoreFixture()
        defer { fixture.remove() }
        let feed = OutcomesFeedStatements()
        let letters = DeadLettersStatements()
        let ledger = BillingLedgerStatements()
        let pages: [(ReadModelName, String, String)] = [
            (.feed, feed.pageOfAccount, "(opened_at,key)<(?,?)"),
            (.feed, feed.pageOfState, "(opened_at,key)<(?,?)"),
            (.feed, feed.pageOfAgent, "(opened_at,key)<(?,?)"),
            (.feed, feed.pageOfCustomer, "(opened_at,key)<(?,?)"),
            (.ledger, ledger.pageOfAccount, "recorded_at>? AND (recorded_at,id)<(?,?)"),
            (.ledger, ledger.pageOfCustomer, "recorded_at>? AND (recorded_at,id)<(?,?)"),
            (.ledger, ledger.pageOfAgent, "recorded_at>? AND (recorded_at,id)<(?,?)"),
            (.deadLetters, letters.pageOfKey, "received_at>? AND (received_at,event_id)<(?,?)"),
            (.deadLetters, letters.pageOfGroup, "received_at>? AND (received_at,event_id)<(?,?)"),
            (.deadLetters, DeadLetterGroupsStatements().page, "grouping>?"),
            (
                .value, ValueDeliveredStatements().pageOfAccount,
                "(created_at,position,partition)<(?,?,?)"
            ),
            (
                .value, ValueDeliveredStatements().pageOfUser,
                "(created_at,position,partition)<(?,?,?)"
            ),
            (.value, ValueTotalStatements().pageOfAgents, "(has_agent,agent)>(?,?)"),
        ]
        for (model, query, condition) in pages {
            let plan = try await plan(of: query, fixture, model)
            #expect(plan.contains { $0.contains(condition) }, "\(query): \(plan)")
        }
    }
}
