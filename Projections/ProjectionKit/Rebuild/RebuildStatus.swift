// SPDX-License-Identifier: Apache-2.0

/// How a rebuild is doing, for the operator and the metrics.
public struct RebuildStatus: Hashable, Sendable {
    /// The phases of a rebuild.
    public enum Phase: Hashable, Sendable {
        /// There is one copy, which is read.
        /// Can transition to: `building`.
        case none
        /// A copy is being built from the log, or follows the live one.
        /// Can transition to: `paused`, `comparing`, `failed`, `liveUnreadable`, `none`.
        case building
        /// Both copies are being compared.
        /// Can transition to: `building`, `paused`, `differing`, `liveUnreadable`, `swapped`,
        /// `none`.
        case comparing
        /// It waits to be resumed. Can transition to: `building`, `none`.
        case paused
        /// The copies differ; the live one stays until the difference is accepted.
        /// Can transition to: `building`, `paused`, `none`.
        case differing
        /// A fact cannot be applied to the copy. Can transition to: `building`, `none`.
        case failed(ProjectionFailure)
        /// The live copy cannot be read, for this reason. Can transition to: `building`, `none`.
        case liveUnreadable(String)
        /// The copy is live; the old one is kept until it is dropped. Can transition to: `none`.
        case swapped

        /// The phase's name for machines.
        public var name: String {
            switch self {
            case .none: "none"
            case .building: "building"
            case .comparing: "comparing"
            case .paused: "paused"
            case .differing: "differing"
            case .failed: "failed"
            case .liveUnreadable: "live_unreadable"
            case .swapped: "swapped"
            }
        }
    }

    /// The projection's name.
    public let projection: String
    /// Its phase.
    public internal(set) var phase: Phase = .none
    /// How many events are in the copy's rows.
    public internal(set) var doneEvents: Int64 = 0
    /// How many events the copy has to catch up with: those in the live rows.
    public internal(set) var goalEvents: Int64 = 0
    /// Events a second in this process, while it builds; nil before anything can be said.
    public internal(set) var eventsPerSecond: Double?
    /// What came of the last comparison; nil before one, and after a restart.
    public internal(set) var comparison: ReadModelComparison?
    /// How the copies compared when the new one became live.
    public internal(set) var verdict: RebuildRecord.Verdict?

    /// A rebuild that has not begun.
    public init(projection: String) {
        self.projection = projection
    }

    /// How many events there are to go.
    public var remainingEvents: Int64 { max(0, goalEvents - doneEvents) }

    /// How long it will take at the present speed; nil while nothing can be said.
    public var remainingSeconds: Int64? {
        guard phase == .building, let eventsPerSecond, eventsPerSecond >= 1 else { return nil }
        return Int64((Double(remainingEvents) / eventsPerSecond).rounded(.up))
    }
}
