// SPDX-License-Identifier: Apache-2.0

/// A place in a partition's ingest log: 1 for the first record, one more for each that follows.
///
/// It orders the records of one partition and says nothing about those of another.
public struct IngestPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The place as a number; 0 stands before the first record.
    public let value: Int64

    /// Names a place.
    public init(_ value: Int64) { self.value = value }

    /// Before the first record.
    public static let start = IngestPosition(0)

    /// The place as a decimal number.
    public var description: String { String(value) }

    /// Earlier in the log is less.
    public static func < (left: IngestPosition, right: IngestPosition) -> Bool {
        left.value < right.value
    }
}
