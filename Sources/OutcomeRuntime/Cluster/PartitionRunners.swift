// SPDX-License-Identifier: Apache-2.0

public import EventStore

/// What runs a node's partitions, as those see it who decide which.
public protocol PartitionRunners: Sendable {
    /// The partitions that may still be written to.
    var running: Set<Partition> { get }

    /// Tells which partitions to run, each under the epoch it was claimed with; never blocks.
    func run(_ epochs: [Partition: Int])
}

/// A node's lanes: partition `p` is run by the lane at `p` modulo their number.
public struct LaneGroup: PartitionRunners {
    private let lanes: [Lane]

    /// Groups lanes.
    public init(_ lanes: [Lane]) { self.lanes = lanes }

    /// The partitions that a lane may still write to.
    public var running: Set<Partition> { Set(lanes.flatMap(\.running.keys)) }

    /// Tells each lane its part.
    public func run(_ epochs: [Partition: Int]) {
        for (number, lane) in lanes.enumerated() {
            lane.run(epochs.filter { $0.key.number % lanes.count == number })
        }
    }
}
