// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Foundation
import GRDB
import ProjectionKit
import Testing

@testable import SQLiteStore

@Suite("The read models' file")
struct ReadModelFileTests {
    private func projected() async throws -> (StoreFixture, Journal) {
        let journal = Journal.mixed(outcomes: 12)
        let fixture = try await StoreFixture.holding(journal)
        try await fixture.apply(journal.facts, to: fixture.models, batch: 7)
        return (fixture, journal)
    }

    private func noise(_ path: String) throws {
        let file = try PosixFile.open(path, creating: false)
        #expect(file.write([UInt8](repeating: 0xA5, count: 3_000), at: 100))
    }

    private func reopen(_ fixture: StoreFixture) throws -> SQLiteStore {
        try SQLiteStore.open(path: fixture.path)
    }

    @Test("it is kept when it fits: nothing is built anew")
    func kept() async throws {
        let (fixture, journal) = try await projected()
        defer { fixture.remove() }
        let before = try await fixture.store.views.outcomesFeed.all(of: account())
        await fixture.store.close()
        let store = try reopen(fixture)
        #expect(store.views.rebuilding.isEmpty)
        #expect(try await store.views.outcomesFeed.all(of: account()) == before)
        #expect(try await store.views.outcomesFeed.checkpoints() == journal.facts.checkpoints)
        await store.close()
    }

    @Test(
        "a file that is lost, damaged, or not of this log is built anew, and read only then",
        arguments: [
            "lost", "noise", "noise in the catalog", "other store", "ahead", "other history",
        ]
    )
    func builtAnew(misfit: String) async throws {
        let (fixture, journal) = try await projected()
        defer { fixture.remove() }
        let before = try await fixture.store.views.outcomesFeed.all(of: account())
        let path = fixture.path + SQLiteReadModels.suffix
        let change: String? =
            switch misfit {
            case "other store": "UPDATE origin SET store = zeroblob(32)"
            case "ahead": "UPDATE checkpoints SET position = position + 1"
            case "other history": "UPDATE checkpoints SET hash = zeroblob(32)"
            default: nil
            }
        if let change {
            for model in ReadModelName.allCases {
                try await fixture.rows(of: model).write { try $0.execute(sql: change) }
            }
        }
        await fixture.store.close()
        if misfit == "lost" { ReadModelFile.remove(path) }
        if misfit == "noise in the catalog" { try noise(path) }
        if misfit == "noise" {
            for model in ReadModelName.allCases {
                try noise(ReadModelSet.copyPath(of: model, .a, path: path))
            }
        }

        let store = try reopen(fixture)
        #expect(store.views.rebuilding.count == 5)
        let refused = await #expect(throws: StoreError.self) {
            _ = try await store.views.outcomesFeed.all(of: account())
        }
        #expect(refused?.reason == .unavailable)
        for model in [
            store.views.outcomesFeed, store.views.billingLedger, store.views.deadLetters,
            store.views.journeys, store.views.valueDelivered,
        ] as [any ReadModel] {
            #expect(try await model.checkpoints().isEmpty)
            try await model.apply(journal.facts, checkpoints: journal.facts.checkpoints)
        }
        #expect(store.views.rebuilding.isEmpty)
        #expect(try await store.views.outcomesFeed.all(of: account()) == before)
        await store.close()
    }

    @Test("rows that were half built when the process ended are not read before they are whole")
    func halfBuilt() async throws {
        let (fixture, journal) = try await projected()
        defer { fixture.remove() }
        let before = try await fixture.store.views.outcomesFeed.all(of: account())
        await fixture.store.close()
        ReadModelFile.remove(fixture.path + SQLiteReadModels.suffix)
        let half = Array(journal.facts.prefix(journal.facts.count / 2))
        var store = try reopen(fixture)
        try await store.views.outcomesFeed.apply(half, checkpoints: half.checkpoints)
        await store.close()

        store = try reopen(fixture)
        #expect(store.views.rebuilding.contains(SQLiteOutcomesFeed.name))
        await #expect(throws: StoreError.self) {
            _ = try await store.views.outcomesFeed.all(of: account())
        }
        try await store.views.outcomesFeed.apply(
            journal.facts,
            checkpoints: journal.facts.checkpoints
        )
        #expect(!store.views.rebuilding.contains(SQLiteOutcomesFeed.name))
        await store.close()
        store = try reopen(fixture)
        #expect(try await store.views.outcomesFeed.all(of: account()) == before)
        await store.close()
    }

    @Test("a file of another program is refused and left alone")
    func foreign() async throws {
        let (fixture, _) = try await projected()
        defer { fixture.remove() }
        await fixture.store.close()
        let path = fixture.path + SQLiteReadModels.suffix
        ReadModelFile.remove(path)
        try String(repeating: "text ", count: 50).write(
            toFile: path,
            atomically: false,
            encoding: .utf8
        )
        let error = #expect(throws: StoreOpenError.self) { _ = try reopen(fixture) }
        #expect(error?.reason == .viewsAreForeign)
        #expect(error?.description.contains("move it away") == true)
        #expect(FileManager.default.contents(atPath: path)?.count == 250)
    }

    @Test("one that does not fit is built anew, and the others are read meanwhile")
    func oneOfThem() async throws {
        let (fixture, _) = try await projected()
        defer { fixture.remove() }
        let before = try await fixture.store.views.outcomesFeed.all(of: account())
        await fixture.store.close()
        let path = fixture.path + SQLiteReadModels.suffix
        ReadModelFile.remove(ReadModelSet.copyPath(of: .ledger, .a, path: path))
        let store = try reopen(fixture)
        #expect(store.views.rebuilding == [SQLiteBillingLedger.name])
        #expect(try await store.views.outcomesFeed.all(of: account()) == before)
        await store.close()
    }

    @Test("rows may be read once every partition has got to where the log stood")
    func gates() throws {
        let gate = RebuildGate(goals: [Partition(1): LogPosition(5), Partition(2): LogPosition(1)])
        gate.reached([Partition(1): LogPosition(4), Partition(2): LogPosition(1)])
        #expect(throws: StoreError.self) { try gate.pass() }
        gate.reached([Partition(1): LogPosition(6)])
        #expect(throws: Never.self) { try gate.pass() }
        #expect(!RebuildGate(goals: [:]).isClosed)
    }
}
