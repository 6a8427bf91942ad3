// SPDX-License-Identifier: Apache-2.0

public import EventSchema
import EventStore
public import ExactValues
import ProjectionKit

/// One hop of a passage.
public struct JourneyStep: Hashable, Sendable {
    /// The hops, in order.
    public enum Name: String, Hashable, Sendable {
        /// The accepting node made the draft.
        case accepted
        /// The transaction that made it durable was made; its fsync and commit come after.
        case flushed
        /// A lane had read it, or had found its timer due.
        case taken
        /// The lane decided it.
        case decided
        /// Its facts were committed to the event log.
        case appended
        /// A read model had them in its rows.
        case visible
    }

    /// Which hop.
    public let name: Name
    /// When, by the wall clock of whoever did it.
    ///
    /// Nil for what cannot say so itself: a commit has no time within its own transaction.
    public let at: Timestamp?
    /// Microseconds since the hop before that has a time; negative where clocks disagree.
    public let sincePrevious: Int64?
    /// For a hop without a time: it was no later than this, since somebody had seen it by then.
    public let notAfter: Timestamp?
    /// The node; nil for the database's own clock and for what is this node's alone.
    public let node: String?
    /// The read model, for `visible`.
    public let model: String?
    /// Whether the read model was being built anew, so that it may have had it before.
    public let isRebuilt: Bool

    init(
        _ name: Name,
        at: Timestamp?,
        after previous: Timestamp?,
        notAfter: Timestamp? = nil,
        node: String? = nil,
        model: String? = nil,
        isRebuilt: Bool = false
    ) {
        self.name = name
        self.at = at
        self.notAfter = notAfter
        self.node = node
        self.model = model
        self.isRebuilt = isRebuilt
        if let at, let previous {
            sincePrevious = at.microseconds(since: previous)
        } else {
            sincePrevious = nil
        }
    }
}

extension Acceptance {
    /// The hops before a lane.
    public var steps: [JourneyStep] {
        [
            JourneyStep(.accepted, at: acceptedAt, after: nil, node: node),
            JourneyStep(.flushed, at: writtenAt, after: acceptedAt),
        ]
    }
}

extension JourneyPassage {
    /// The hops in order; read models by the time they had it.
    public var steps: [JourneyStep] {
        let node = facts.first?.node
        var steps: [JourneyStep] = []
        if let passage {
            steps = passage.acceptance?.steps ?? []
            let written = passage.acceptance?.writtenAt
            steps.append(JourneyStep(.taken, at: passage.takenAt, after: written, node: node))
            steps.append(
                JourneyStep(.decided, at: passage.decidedAt, after: passage.takenAt, node: node)
            )
        }
        let decided = passage?.decidedAt
        let seen = arrivals.filter { !$0.isRebuilt }.map(\.at).min()
        steps.append(
            JourneyStep(.appended, at: nil, after: decided, notAfter: seen, node: node)
        )
        for arrival in arrivals.sorted(by: Self.isEarlier) {
            steps.append(
                JourneyStep(
                    .visible,
                    at: arrival.at,
                    after: decided,
                    model: arrival.projection,
                    isRebuilt: arrival.isRebuilt
                )
            )
        }
        return steps
    }

    private static func isEarlier(_ left: Arrival, _ right: Arrival) -> Bool {
        (left.at, left.projection) < (right.at, right.projection)
    }
}
