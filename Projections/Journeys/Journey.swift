// SPDX-License-Identifier: Apache-2.0

public import EventSchema
import EventStore
public import ExactValues
public import OutcomeDomain
public import ProjectionKit

/// Where an accepted event has been, and when: from what is stored with its facts (ADR 0030).
public struct Journey: Hashable, Sendable {
    /// What has become of the event (SPEC 4: exactly one of these at any time).
    public enum Status: String, Hashable, Sendable {
        /// Accepted, and not yet judged.
        case waiting
        /// Counted.
        case applied
        /// Not counted, for the reason of its code.
        case deadLettered = "dead_lettered"
        /// Given up for good.
        case discarded
    }

    /// The event.
    public let eventID: EventID
    /// The outcome key it is for.
    public let key: Text
    /// What it says happened.
    public let action: Action
    /// The time it is judged at; in a sandbox by its test clock.
    public let receivedAt: Timestamp
    /// What has become of it.
    public internal(set) var status: Status
    /// Why it is, or before its discard was, a dead letter.
    public internal(set) var code: DeadLetterCode?
    /// Whether it waits on its key for a signal that opens the outcome.
    public internal(set) var isParked: Bool
    /// Each way through the lane that left a fact about it, in order.
    public internal(set) var passages: [JourneyPassage]
    /// How it waits; nil once it is processed.
    public let wait: JourneyWait?
}

/// An event that is accepted and not yet processed.
public struct JourneyWait: Hashable, Sendable {
    /// How it was accepted; it waits since it was written.
    public let acceptance: Acceptance
    /// Its place in the ingest log.
    public let place: IngestPosition
    /// How many records of its partition come before it.
    public let recordsAhead: Int64
}

/// One way through a lane: the facts about an event that one record, or the end of a window, has
/// brought.
public struct JourneyPassage: Hashable, Sendable {
    /// What brought it about.
    public enum Occasion: String, Hashable, Sendable {
        /// The event's own record.
        case event
        /// A redrive of it.
        case redrive
        /// Its discard.
        case discard
        /// Another event of its key, which opened the outcome and brought it along.
        case otherEvent = "other_event"
        /// The end of the window that it has set.
        case time
    }

    /// What brought it about.
    public let occasion: Occasion
    /// The record behind it; for the end of a window the one that set it.
    public let cause: Cause
    /// The facts, in order; never empty.
    public internal(set) var facts: [RecordedFact]
    /// When read models had the last of them.
    public internal(set) var arrivals: [Arrival] = []

    /// When it passed which hop; nil for a fact that does not say.
    public var passage: EventPassage? { facts.first?.passage }

    /// The last place of its facts.
    var place: PartitionPlace? {
        facts.last.map { PartitionPlace(partition: $0.partition, position: $0.position) }
    }
}
