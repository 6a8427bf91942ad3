// SPDX-License-Identifier: Apache-2.0

/// A place in a partition's event log: 1 for the first event, without gaps, in commit order.
public struct LogPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The place as a number; 0 stands before the first event.
    public let value: Int64

    /// Names a place.
    public init(_ value: Int64) { self.value = value }

    /// Before the first event.
    public static let start = LogPosition(0)

    /// The place after this one.
    public var next: LogPosition { LogPosition(value + 1) }

    /// The place as a decimal number.
    public var description: String { String(value) }

    /// Earlier in the log is less.
    public static func < (left: LogPosition, right: LogPosition) -> Bool {
        left.value < right.value
    }
}
