// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import ProjectionKit
import Testing

@testable import SQLiteStore

@Suite("What is read is found by an index")
struct QueryPlanTests {
    @Test("no query scans a table or sorts")
    func plans() async throws {
        let fixture = try StoreFixture()
        defer { fixture.remove() }
        let tables = ReadModelTables.live
        let queries =
            ReadModelStatements.queries
            + OutcomesFeedStatements(tables: tables).queries
            + BillingLedgerStatements(tables: tables).queries
            + LedgerSumStatements(tables: tables).queries
            + DeadLettersStatements(tables: tables).queries
            + JourneysStatements(tables: tables).queries
            + ArrivalStatements.queries
        #expect(queries.count > 20)
        for query in queries {
            let plan = try await fixture.store.readModels.read { database in
                try BoundStatement(database, "EXPLAIN QUERY PLAN " + query).all { row in
                    try row.text(3).string
                }
            }
            #expect(!plan.isEmpty)
            for step in plan {
                #expect(step.hasPrefix("SEARCH"), "\(query): \(step)")
            }
        }
    }

    @Test("pages begin at their cursor instead of walking up to it")
    func pagesSeek() async throws {
        let fixture = try StoreFixture()
        defer { fixture.remove() }
        let feed = OutcomesFeedStatements(tables: .live)
        let letters = DeadLettersStatements(tables: .live)
        let ledger = BillingLedgerStatements(tables: .live)
        let pages = [
            (feed.pageOfAccount, "(opened_at,key)<(?,?)"),
            (feed.pageOfState, "(opened_at,key)<(?,?)"),
            (feed.pageOfAgent, "(opened_at,key)<(?,?)"),
            (feed.pageOfCustomer, "(opened_at,key)<(?,?)"),
            (ledger.pageOfAccount, "recorded_at>? AND (recorded_at,id)<(?,?)"),
            (ledger.pageOfCustomer, "recorded_at>? AND (recorded_at,id)<(?,?)"),
            (ledger.pageOfAgent, "recorded_at>? AND (recorded_at,id)<(?,?)"),
            (letters.pageOfKey, "received_at>? AND (received_at,event_id)<(?,?)"),
        ]
        for (query, condition) in pages {
            let plan = try await fixture.store.readModels.read { database in
                try BoundStatement(database, "EXPLAIN QUERY PLAN " + query).all { row in
                    try row.text(3).string
                }
            }
            #expect(plan.contains { $0.contains(condition) }, "\(query): \(plan)")
        }
    }

    @Test("a second copy of the tables can be made beside the live one")
    func secondCopy() async throws {
        let fixture = try StoreFixture()
        defer { fixture.remove() }
        let copy = ReadModelTables(suffix: "_2")
        try await fixture.store.readModels.write { database in
            for statement in ReadModelSchema.statements(for: copy) {
                try database.execute(sql: statement)
            }
        }
        let journal = Journal.mixed(outcomes: 12)
        try await fixture.append(journal.stored)
        let store = ReadModelStore(
            file: fixture.store.readModels,
            log: fixture.store,
            tables: copy,
            projection: SQLiteOutcomesFeed.name
        )
        let rebuilt = SQLiteOutcomesFeed(store: store)
        try await rebuilt.apply(journal.facts, checkpoints: journal.facts.checkpoints)
        #expect(try await fixture.store.views.outcomesFeed.all(of: account()).isEmpty)
        try await fixture.store.views.outcomesFeed.apply(
            journal.facts,
            checkpoints: journal.facts.checkpoints
        )
        #expect(
            try await rebuilt.all(of: account())
                == (try await fixture.store.views.outcomesFeed.all(of: account()))
        )
    }
}
