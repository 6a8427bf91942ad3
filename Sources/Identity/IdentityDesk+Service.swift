// SPDX-License-Identifier: Apache-2.0

import AsyncAlgorithms
import EventStore
import Logging
public import ServiceLifecycle

extension IdentityDesk: Service {
    /// Between two sweeps.
    static let sweepSeconds = 600
    /// A sweep removes at most so many sessions and so many links.
    static let sweepLimitRows = 1_000

    /// Removes sessions and links that have expired, until the service is told to stop.
    public func run() async throws {
        let ticks = AsyncTimerSequence(
            interval: .seconds(Self.sweepSeconds),
            clock: .continuous
        )
        for await _ in ticks.cancelOnGracefulShutdown() {
            do throws(StoreError) {
                try await store.sweepExpired(at: now(), limit: Self.sweepLimitRows)
            } catch {
                // Nothing that has expired is of use: the next sweep will do.
                logger.warning(
                    "expired sessions are not removed",
                    metadata: ["reason": "\(error.debugDescription)"]
                )
            }
        }
    }
}
