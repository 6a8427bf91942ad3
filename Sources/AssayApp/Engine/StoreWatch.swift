// SPDX-License-Identifier: Apache-2.0

import EventStore
import ServiceLifecycle

/// Ends the process when the store may not acknowledge anything any more: after a failed flush
/// nothing is known of what was written, and only a restart recovers.
struct StoreWatch: Service {
    let store: any EngineStore

    func run() async throws {
        for await failure in store.failures.cancelOnGracefulShutdown() {
            throw CommandFailure(
                "The store has failed and nothing more is accepted: \(failure.detail). "
                    + "Look at the disk, then start Assay again."
            )
        }
    }
}
