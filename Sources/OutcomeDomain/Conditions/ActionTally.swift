// SPDX-License-Identifier: Apache-2.0

/// What a condition knows of the applied signals of one action (SPEC 5).
public struct ActionTally: Hashable, Sendable {
    /// How many were applied.
    public internal(set) var count = 0
    /// The number of the last of them; nil while there is none.
    public internal(set) var lastSignal: Int?
    /// The value of the last of them that carries one, in stream order.
    public internal(set) var latestValue: SignalValue?
    /// The number of the signal that `latestValue` is from.
    public internal(set) var latestValueSignal: Int?

    /// Nothing applied yet.
    public init() {}

    /// A tally as it would be after `count` signals, whichever brought the value.
    package init(count: Int, latestValue: SignalValue?) {
        self.count = count
        self.latestValue = latestValue
    }

    /// Counts one applied signal of the action.
    mutating func count(_ value: SignalValue?, number: Int) {
        count += 1
        lastSignal = number
        guard let value else { return }
        latestValue = value
        latestValueSignal = number
    }
}
