// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// A group of outstanding dead letters, with how many there are and a few of them.
public struct GroupedDeadLetters: Hashable, Sendable {
    /// At most so many of its letters are read with a group.
    public static let samplesLimit = 3

    /// What they have in common.
    public let group: DeadLetterGroup
    /// How many there are.
    public let count: Int
    /// When the newest was accepted.
    public let newestReceivedAt: Timestamp
    /// The oldest of them, in their order; never empty.
    public let oldest: [DeadLetter]

    /// Puts a group together.
    public init(
        group: DeadLetterGroup,
        count: Int,
        newestReceivedAt: Timestamp,
        oldest: [DeadLetter]
    ) {
        self.group = group
        self.count = count
        self.newestReceivedAt = newestReceivedAt
        self.oldest = oldest
    }
}
