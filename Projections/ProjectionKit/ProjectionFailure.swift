// SPDX-License-Identifier: Apache-2.0

public import EventSchema
public import EventStore

/// A fact that a projection cannot apply.
///
/// The projection stops before it; nothing is skipped.
public struct ProjectionFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The partition the fact lies in.
    public let partition: Partition
    /// Its place there.
    public let position: LogPosition
    /// Why it cannot be applied; names no key and no client text.
    public let reason: String

    /// Names a fact by its place, and why it cannot be applied.
    public init(partition: Partition, position: LogPosition, reason: String) {
        self.partition = partition
        self.position = position
        self.reason = reason
    }

    /// Names a fact and why it cannot be applied.
    public init(_ fact: RecordedFact, _ reason: String) {
        self.init(partition: fact.partition, position: fact.position, reason: reason)
    }

    /// Names a fact by its place, and why it cannot be applied.
    public init(_ fact: LoggedFact, _ reason: String) {
        self.init(partition: fact.partition, position: fact.position, reason: reason)
    }

    /// Place and reason; safe for an operator's eyes.
    public var description: String {
        "partition \(partition), position \(position): \(reason)"
    }
}
