// SPDX-License-Identifier: Apache-2.0

public import EventStore

/// How a projection is doing, for `/readyz` and the metrics.
public struct ProjectionHealth: Hashable, Sendable {
    /// The phases of a projection.
    public enum Phase: Hashable, Sendable {
        /// It has not yet applied anything, nor found that there is nothing to apply.
        /// Can transition to: `following`, `retrying`, `stopped`.
        case starting
        /// It follows the log.
        /// Can transition to: `retrying`, `stopped`, `finished`.
        case following
        /// The store did not do what was asked; it tries again, later each time.
        /// Can transition to: `following`, `stopped`, `finished`.
        case retrying(StoreError)
        /// A fact cannot be applied. It stays so until it is resumed or the process started anew.
        /// Can transition to: `starting`.
        case stopped(ProjectionFailure)
        /// The service has shut down. Can transition to: nothing.
        case finished
    }

    /// The projection's name.
    public let projection: String
    /// Its phase.
    public internal(set) var phase: Phase
    /// How many events it has yet to apply, as far as it knows.
    public internal(set) var lagEvents: Int64

    /// A projection that has not begun.
    public init(projection: String) {
        self.projection = projection
        phase = .starting
        lagEvents = 0
    }

    /// Whether it does its work: false when it has stopped or the store keeps failing it.
    public var isHealthy: Bool {
        switch phase {
        case .starting, .following, .finished: true
        case .retrying, .stopped: false
        }
    }

    /// The fact it has stopped at, if it has.
    public var failure: ProjectionFailure? {
        guard case .stopped(let failure) = phase else { return nil }
        return failure
    }
}
