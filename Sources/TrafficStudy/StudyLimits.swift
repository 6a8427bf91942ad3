// SPDX-License-Identifier: Apache-2.0

/// What one question about an account's traffic may cost.
public struct StudyLimits: Hashable, Sendable {
    /// Outcomes a simulation decides again unless told otherwise.
    public static let defaultOutcomes = 1_000
    /// At most so many outcomes in one simulation.
    public static let maximumOutcomes = 10_000
    /// Changed outcomes that are told one by one unless told otherwise.
    public static let defaultChanges = 100
    /// At most so many are told one by one.
    public static let maximumChanges = 1_000
    /// Outcomes in a sample of signals unless told otherwise.
    public static let defaultSampleOutcomes = 500
    /// At most so many outcomes in a sample.
    public static let maximumSampleOutcomes = 2_000
    /// So many facts of one outcome go into a sample.
    public static let sampleLimitFacts = 1_000

    /// How long a simulation may take, in seconds; then it is an error.
    public var simulationSeconds = 30
    /// How long a sample may take, in seconds; then it is as large as it has become.
    public var sampleSeconds = 10
    /// Simulations of one account at a time.
    public var simulationsOfAccount = 2
    /// Simulations on this node at a time.
    public var simulations = 8
    /// Samples for one account at a time.
    public var samplesOfAccount = 4
    /// Samples on this node at a time.
    public var samples = 16

    /// The limits unless told otherwise.
    public init() {}
}
