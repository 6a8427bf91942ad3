// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Foundation
import GRDB
import Logging
import ProjectionKit
import ServiceLifecycle
import Testing

@testable import SQLiteStore

/// A store with its projections and rebuilds, run as the engine runs them.
struct RebuildFixture {
    let fixture: StoreFixture
    let board = ProgressBoard()
    let projections: [ProjectionRunner]
    let rebuilds: [ReadModelName: RebuildRunner]

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init(_ fixture: StoreFixture) {
        self.fixture = fixture
        let store = fixture.store
        let views = store.views
        var rebuilds: [ReadModelName: RebuildRunner] = [:]
        var projections: [ProjectionRunner] = []
        for (name, model) in zip(ReadModelName.allCases, fixture.models) {
            let runner = ProjectionRunner(
                model: model,
                source: FactSource(log: store, tail: nil),
                board: board,
                partitions: store.partitioning.outcomePartitions,
                settings: ProjectionSettings(batchLimitFacts: 50, tick: .seconds(3_600)),
                clock: ImpatientClock(),
                logger: Self.logger
            )
            projections.append(runner)
            rebuilds[name] = RebuildRunner(
                site: views.rebuildSite(of: name),
                live: runner,
                log: store,
                clock: ImpatientClock(),
                logger: Self.logger
            )
        }
        self.projections = projections
        self.rebuilds = rebuilds
    }

    /// Runs everything until `body` is through, then shuts it down gracefully.
    func running(_ body: () async throws -> Void) async throws {
        let services: [any Service] = projections + Array(rebuilds.values)
        let group = ServiceGroup(
            services: services,
            gracefulShutdownSignals: [],
            logger: Self.logger
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// Waits until a projection has got to the heads of the store.
    func caughtUp(_ model: ReadModelName) async throws {
        let partitions = fixture.store.partitioning.outcomePartitions
        board.publish(try await fixture.store.state(of: partitions))
        try await board.wait(
            for: ReadToken(
                places: Dictionary(uniqueKeysWithValues: partitions.map { ($0, .start) })
            ),
            models: [model.projection],
            timeout: .seconds(3_600)
        )
    }

    func rebuild(_ model: ReadModelName) throws -> RebuildRunner {
        try #require(rebuilds[model])
    }

    /// Looks again and again, giving way to others, until a rebuild stands still.
    func settled(_ model: ReadModelName) async throws -> RebuildStatus {
        let runner = try rebuild(model)
        while true {
            // Read once: it goes back and forth between the two.
            let status = runner.status
            guard status.phase == .building || status.phase == .comparing else { return status }
            await Task.yield()
        }
    }

    /// Changes rows behind everybody's back.
    func damage(_ model: ReadModelName, _ sql: String) async throws {
        try await fixture.rows(of: model).write { try $0.execute(sql: sql) }
    }
}
