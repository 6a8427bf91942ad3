// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Foundation
import ProjectionKit
import Testing

@testable import SQLiteStore

@Suite("Rows that are not what the log gives")
struct RebuildDifferenceTests {
    private let journal = Journal.mixed(outcomes: 40)

    private func projected() async throws -> RebuildFixture {
        let fixture = try await StoreFixture.holding(journal)
        try await fixture.apply(journal.facts, to: fixture.models, batch: 11)
        return RebuildFixture(fixture)
    }

    static let damages: [(ReadModelName, String, String, ReadModelDifference.Kind)] = [
        (.feed, "UPDATE feed_outcomes SET signal_count = 99", "feed_outcomes", .changed),
        (.feed, "DELETE FROM feed_outcomes", "feed_outcomes", .missing),
        (.feed, "UPDATE read_contracts SET contract = x'7b7d'", "read_contracts", .changed),
        (.feed, "UPDATE read_accounts SET id = id || 'x'", "feed_outcomes", .changed),
        (
            .ledger,
            """
            DROP TRIGGER ledger_postings_no_update; UPDATE ledger_postings SET amount = '0.01'
            """, "ledger_postings", .changed
        ),
        (
            .ledger, "DROP TRIGGER ledger_lines_no_delete; DELETE FROM ledger_lines WHERE line = 1",
            "ledger_lines", .missing
        ),
        (.ledger, "UPDATE ledger_sums SET postings = postings + 1", "ledger_sums", .changed),
        (
            .ledger, "INSERT INTO ledger_terms VALUES (99999, 'customer', 'agent', '1')",
            "ledger_terms", .surplus
        ),
        (.deadLetters, "UPDATE dead_letters SET parked = 1 - parked", "dead_letters", .changed),
        (
            .deadLetters, "UPDATE dead_letter_counts SET letters = letters + 1 WHERE letters > 0",
            "dead_letter_counts",
            .changed
        ),
        (
            .deadLetters, "UPDATE dead_letter_groups SET letters = letters + 1",
            "dead_letter_groups", .changed
        ),
        (.value, "UPDATE value_records SET title = title || '!'", "value_records", .changed),
        (.value, "UPDATE value_records SET metadata = x'7b7d'", "value_records", .changed),
        (.value, "DELETE FROM value_records WHERE owner IS NULL", "value_records", .missing),
        (.value, "UPDATE value_months SET usd = usd || '1'", "value_months", .changed),
        (.value, "UPDATE value_agents SET records = records + 1", "value_agents", .changed),
    ]

    @Test("are found, named and left alone until the difference is accepted", arguments: damages)
    func found(
        model: ReadModelName,
        change: String,
        table: String,
        kind: ReadModelDifference.Kind
    ) async throws {
        let world = try await projected()
        defer { world.fixture.remove() }
        let store = world.fixture.store
        let before = try await Snapshot(of: store, account: account())
        try await world.damage(model, change)
        try await world.running {
            let live = world.fixture.rows(of: model)
            let runner = try world.rebuild(model)
            _ = try await runner.carryOut(.start)
            let status = try await world.settled(model)
            #expect(status.phase == .differing)
            #expect(world.fixture.rows(of: model) === live)
            let comparison = try #require(status.comparison)
            #expect(comparison.differenceCount > 0)
            #expect(comparison.liveDigest != comparison.rebuiltDigest)
            let first = try #require(comparison.differences.first)
            #expect(first.table == table)
            #expect(first.kind == kind)
            #expect(!first.row.isEmpty)

            _ = try await runner.carryOut(.swap(acceptingDifference: true))
            let swapped = try await world.settled(model)
            #expect(swapped.phase == .swapped)
            #expect(swapped.verdict?.differences == comparison.differenceCount)
        }
        #expect(try await Snapshot(of: store, account: account()) == before)
        await store.close()
    }

    @Test("an audit finds them with a temporary file, beside the process that serves")
    func audit() async throws {
        let world = try await projected()
        defer { world.fixture.remove() }
        let store = world.fixture.store
        let scratch = world.fixture.directory.appendingPathComponent("scratch").path
        let views = try await SQLiteReadModels.openForReading(
            path: SQLiteReadModels.path(beside: world.fixture.path),
            of: store,
            logger: RebuildFixture.logger
        )
        func compare(_ model: ReadModelName) async throws -> ReadModelComparison {
            try await views.compare(model, with: store, scratch: scratch)
        }
        for model in ReadModelName.allCases {
            let comparison = try await compare(model)
            #expect(comparison.isEqual)
            #expect(comparison.rows > 0)
            #expect(comparison.checkpoints == journal.facts.checkpoints)
        }
        try await world.damage(.deadLetters, "UPDATE dead_letters SET agent = 'nobody'")
        try await world.damage(.feed, "UPDATE checkpoints SET hash = zeroblob(32)")
        let letters = try await compare(.deadLetters)
        #expect(letters.differences.first?.columns.first?.name == "agent")
        #expect(letters.differences.first?.columns.first?.live == "nobody")
        #expect(try await compare(.feed).differences.first?.table == "checkpoints")
        #expect(!PosixFile.exists(scratch))
        await views.close()
        await store.close()
    }

    @Test("a projection that stopped at them goes on by itself once the rebuilt rows are live")
    func mends() async throws {
        var journal = journal
        journal.signal("outcome-again", at: 9_000_000)
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let world = RebuildFixture(fixture)
        try await world.running {
            try await world.caughtUp(.feed)
            try await world.damage(.feed, "DELETE FROM feed_outcomes")
            // A row that is not there cannot be changed.
            journal.signal("outcome-again", at: 9_000_001)
            try await fixture.append(journal.stored)
            await #expect(throws: ReadBehind.projectionStopped("outcomes_feed")) {
                try await world.caughtUp(.feed)
            }
            #expect(world.projections[0].health.failure != nil)
            _ = try await world.rebuild(.feed).carryOut(.start)
            let status = try await world.settled(.feed)
            #expect(status.phase == .swapped)
            #expect(status.verdict?.differences ?? 0 > 0)
            while world.projections[0].health.phase != .following { await Task.yield() }
            try await world.caughtUp(.feed)
        }
        let other = try await StoreFixture.holding(journal)
        defer { other.remove() }
        try await other.apply(journal.facts, to: other.models, batch: 1_000)
        #expect(
            try await fixture.store.views.outcomesFeed.all(of: account())
                == (try await other.store.views.outcomesFeed.all(of: account()))
        )
        await fixture.store.close()
    }
}

@Suite("What is compared")
struct ComparedRowsTests {
    /// What is not what the log gives, but how the file is kept.
    private let uncompared: Set<String> = [
        "origin", "rebuild_goals", "read_accounts", "grdb_migrations", "arrivals",
        "journey_generations",
    ]

    @Test("is every table and every column", arguments: ReadModelName.allCases)
    func everything(model: ReadModelName) async throws {
        let fixture = try StoreFixture()
        defer { fixture.remove() }
        let compared = ReadModelRowStatements.rows(of: model)
        let columns = try await fixture.rows(of: model).read { database in
            try BoundStatement(
                database,
                """
                SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c
                WHERE m.type = 'table'
                """
            ).all { (try $0.text(0).string, try $0.text(1).string) }
        }
        #expect(columns.count > 8)
        for (table, column) in columns where !uncompared.contains(table) {
            // Contracts are the feed's, and its alone; a posting's number is another in each copy.
            if table == "read_contracts", model != .feed { continue }
            if table == "ledger_postings", column == "posting" { continue }
            // Which generation or run has a mark depends on the batches; both are compared as one.
            if table == "journey_marks", column == "generation" { continue }
            if table == "journey_runs", column == "run" { continue }
            let whole = table == "journey_runs" ? "journey_marks" : table
            let rows = try #require(compared.first { $0.table == whole }, "\(table)")
            #expect(rows.columns.contains(column), "\(table).\(column)")
        }
        await fixture.store.close()
    }
}
