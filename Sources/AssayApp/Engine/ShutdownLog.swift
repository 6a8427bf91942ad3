// SPDX-License-Identifier: Apache-2.0

import Logging
import ProjectionKit
import SQLiteStore
import ServiceLifecycle
import Synchronization

/// Tells when a shutdown begins and, once all has ended, what was drained and what is left.
final class ShutdownLog: Service {
    private let engine: Engine
    private let logger: Logger
    /// How many accepted events waited to be processed when the shutdown began.
    private let waitingEvents = Mutex<Int?>(nil)

    init(engine: Engine, logger: Logger) {
        self.engine = engine
        self.logger = logger
    }

    /// Waits for the shutdown; to be started last, and so to be told first.
    func run() async throws {
        try? await gracefulShutdown()
        let waiting = engine.store.ingestBacklog()
        waitingEvents.withLock { $0 = waiting }
        logger.info("stopping", metadata: ["waiting_events": "\(waiting)"])
    }

    /// What is left is durable, and goes on at the next start.
    func tellEnd() {
        let left = engine.store.ingestBacklog()
        let drained = max(0, (waitingEvents.withLock { $0 } ?? left) - left)
        let unprojected = engine.projections.map(\.health.lagEvents).max() ?? 0
        logger.info(
            "stopped",
            metadata: [
                "drained_events": "\(drained)",
                "waiting_events": "\(left)",
                "unprojected_events": "\(unprojected)",
            ]
        )
    }
}
