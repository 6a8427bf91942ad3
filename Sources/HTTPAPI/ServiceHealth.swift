// SPDX-License-Identifier: Apache-2.0

public import ProjectionKit

/// How the parts of this process are doing, for the people who run it.
public struct ServiceHealth: Sendable {
    /// The version of the program.
    public let version: String
    /// The projections.
    public let projections: [ProjectionHealth]
    /// What is built anew, or was.
    public let rebuilds: [RebuildStatus]
    /// What is wrong with checkpoints, safe to show; nil where this process makes none.
    public let checkpointTroubles: [String]?

    /// Puts it together.
    public init(
        version: String,
        projections: [ProjectionHealth] = [],
        rebuilds: [RebuildStatus] = [],
        checkpointTroubles: [String]? = nil
    ) {
        self.version = version
        self.projections = projections
        self.rebuilds = rebuilds
        self.checkpointTroubles = checkpointTroubles
    }
}
