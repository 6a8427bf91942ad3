// SPDX-License-Identifier: Apache-2.0

public import ProjectionKit

/// How the parts of this process are doing, for the people who run it.
public struct ServiceHealth: Sendable {
    /// The version of the program.
    public let version: String
    /// The projections.
    public let projections: [ProjectionHealth]
    /// For how long each projection has lacked what it lacks, by its name; measured each second.
    public let lagSeconds: [String: Double]
    /// What is built anew, or was.
    public let rebuilds: [RebuildStatus]
    /// What is wrong with checkpoints, safe to show; nil where this process makes none.
    public let checkpointTroubles: [String]?

    /// Puts it together.
    public init(
        version: String,
        projections: [ProjectionHealth] = [],
        lagSeconds: [String: Double] = [:],
        rebuilds: [RebuildStatus] = [],
        checkpointTroubles: [String]? = nil
    ) {
        self.version = version
        self.projections = projections
        self.lagSeconds = lagSeconds
        self.rebuilds = rebuilds
        self.checkpointTroubles = checkpointTroubles
    }
}
