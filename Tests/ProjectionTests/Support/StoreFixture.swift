// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import Foundation
import ProjectionKit

@testable import SQLiteStore

/// A store in a directory of its own.
final class StoreFixture: Sendable {
    let directory: URL
    let store: SQLiteStore

    init(partitions: Int = 4) throws {
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("assay-projections-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        store = try SQLiteStore.open(
            path: directory.appendingPathComponent("store.sqlite").path,
            partitions: partitions
        )
    }

    private init(directory: URL, store: SQLiteStore) {
        self.directory = directory
        self.store = store
    }

    /// The same store again, after it was closed.
    func reopened() throws -> StoreFixture {
        StoreFixture(directory: directory, store: try SQLiteStore.open(path: path))
    }

    /// The store's file.
    var path: String { directory.appendingPathComponent("store.sqlite").path }

    /// The file of a read model's live rows.
    func rows(of model: ReadModelName) -> ReadModelFile { store.readModels.home(of: model).file }

    /// Removes the directory; until then the files are there.
    func remove() {
        try? FileManager.default.removeItem(at: directory)
    }

    /// A store that holds a journal's events.
    static func holding(_ journal: Journal) async throws -> StoreFixture {
        let fixture = try StoreFixture(partitions: journal.partitioning.count)
        try await fixture.append(journal.stored)
        return fixture
    }

    func append(_ events: [StoredEvent]) async throws {
        let states = try await store.state(of: store.partitioning.outcomePartitions)
        var appends: [PartitionAppend] = []
        for (partition, state) in states {
            let news = events.filter { $0.partition == partition && $0.position > state.head }
            guard !news.isEmpty else { continue }
            appends.append(
                PartitionAppend(
                    partition: partition,
                    expected: state,
                    events: news,
                    timers: [],
                    cursor: state.cursor,
                    drained: state.drained
                )
            )
        }
        try await store.append(appends)
    }

    /// Applies facts in batches of a size, in their order.
    func apply(_ facts: [LoggedFact], to models: [any ReadModel], batch size: Int) async throws {
        for start in stride(from: 0, to: facts.count, by: size) {
            let batch = Array(facts[start..<min(start + size, facts.count)])
            for model in models {
                try await model.apply(batch, checkpoints: batch.checkpoints)
            }
        }
    }

    var models: [any ReadModel] {
        [
            store.views.outcomesFeed, store.views.billingLedger, store.views.deadLetters,
            store.views.journeys, store.views.valueDelivered,
        ]
    }
}

extension [LoggedFact] {
    var checkpoints: [Partition: LogPosition] {
        reduce(into: [:]) { $0[$1.partition] = $1.position }
    }
}
