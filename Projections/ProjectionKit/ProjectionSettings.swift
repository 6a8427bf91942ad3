// SPDX-License-Identifier: Apache-2.0

/// How a projection runs.
public struct ProjectionSettings: Hashable, Sendable {
    /// At most this many facts in one transaction.
    public var batchLimitFacts: Int
    /// How often the store is asked for news, in case a wake-up was missed.
    public var tick: Duration
    /// The pause after the first failure of the store; it doubles with each further one.
    public var firstBackOff: Duration
    /// The longest pause.
    public var longestBackOff: Duration
    /// On shutdown, at most this many more batches are applied; the rest is for the next start.
    public var shutdownLimitBatches: Int

    /// The usual settings.
    public init(
        batchLimitFacts: Int = 2_000,
        tick: Duration = .seconds(1),
        firstBackOff: Duration = .milliseconds(100),
        longestBackOff: Duration = .seconds(5),
        shutdownLimitBatches: Int = 50
    ) {
        self.batchLimitFacts = batchLimitFacts
        self.tick = tick
        self.firstBackOff = firstBackOff
        self.longestBackOff = longestBackOff
        self.shutdownLimitBatches = shutdownLimitBatches
    }
}
