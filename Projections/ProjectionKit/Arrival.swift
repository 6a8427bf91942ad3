// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

/// When a read model had an event in its rows.
public struct Arrival: Hashable, Sendable {
    /// The projection's name.
    public let projection: String
    /// When the batch with the event was applied, by the wall clock of the node whose rows they are.
    public let at: Timestamp
    /// Whether the rows were being built anew then, so that they may have had the event before.
    public let isRebuilt: Bool

    /// Puts an arrival together.
    public init(projection: String, at: Timestamp, isRebuilt: Bool) {
        self.projection = projection
        self.at = at
        self.isRebuilt = isRebuilt
    }
}

/// The port to the times at which read models have got anywhere.
public protocol ArrivalsReader: Sendable {
    /// When each read model first had the events at these places, in the order asked for; one that
    /// has not got there is not among them.
    ///
    /// Of this node's read models: where there are several nodes, each has its own.
    func arrivals(at places: [PartitionPlace]) async throws(StoreError) -> [[Arrival]]
}
