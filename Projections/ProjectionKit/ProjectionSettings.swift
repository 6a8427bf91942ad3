// SPDX-License-Identifier: Apache-2.0

/// How a projection runs.
public struct ProjectionSettings: Hashable, Sendable {
    /// At most this many facts in one transaction.
    public var batchLimitFacts: Int
    /// After a batch that is not full a projection rests this many times as long as it took, so
    /// that more comes together for the next one.
    public var restFactor: Int
    /// The longest rest between two batches.
    public var restLimit: Duration
    /// How often the store is asked for news, in case a wake-up was missed: what it has told once
    /// and nobody else until the next time.
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
        restFactor: Int = 1,
        restLimit: Duration = .milliseconds(5),
        tick: Duration = .seconds(1),
        firstBackOff: Duration = .milliseconds(100),
        longestBackOff: Duration = .seconds(5),
        shutdownLimitBatches: Int = 50
    ) {
        self.batchLimitFacts = batchLimitFacts
        self.restFactor = restFactor
        self.restLimit = restLimit
        self.tick = tick
        self.firstBackOff = firstBackOff
        self.longestBackOff = longestBackOff
        self.shutdownLimitBatches = shutdownLimitBatches
    }
}
