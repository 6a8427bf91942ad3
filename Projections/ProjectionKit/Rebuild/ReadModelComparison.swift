// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

/// What came of comparing a read model's rows with those that the log gives.
public struct ReadModelComparison: Hashable, Sendable {
    /// So many differences are listed; the others are counted.
    public static let listedLimitRows = 20

    /// The projection's name.
    public let projection: String
    /// How far both sides had got.
    public let checkpoints: [Partition: LogPosition]
    /// How many rows the log gives, in all tables.
    public let rows: Int64
    /// The digest of the live rows, and of their checkpoints.
    public let liveDigest: Digest
    /// The digest of the rows that the log gives, and of their checkpoints.
    public let rebuiltDigest: Digest
    /// How many rows differ.
    public let differenceCount: Int64
    /// The first of them, in the order of tables and keys.
    public let differences: [ReadModelDifference]

    /// Puts a comparison together.
    public init(
        projection: String,
        checkpoints: [Partition: LogPosition],
        rows: Int64,
        liveDigest: Digest,
        rebuiltDigest: Digest,
        differenceCount: Int64,
        differences: [ReadModelDifference]
    ) {
        self.projection = projection
        self.checkpoints = checkpoints
        self.rows = rows
        self.liveDigest = liveDigest
        self.rebuiltDigest = rebuiltDigest
        self.differenceCount = differenceCount
        self.differences = differences
    }

    /// Whether both sides are the same.
    public var isEqual: Bool { differenceCount == 0 && liveDigest == rebuiltDigest }
}

/// A row that is not what the log gives.
public struct ReadModelDifference: Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with it.
    public enum Kind: String, Sendable {
        /// The log gives it and the live rows lack it.
        case missing
        /// The live rows have it and the log does not give it.
        case surplus
        /// Both have it, with other values.
        case changed
        /// From here on the table of the live rows cannot be read: its file is damaged.
        case unreadable
    }

    /// A column, with its value on both sides.
    public struct Column: Hashable, Sendable {
        /// The column's name.
        public let name: String
        /// Its value in the live rows.
        public let live: String
        /// What the log gives.
        public let rebuilt: String

        /// Puts a column together.
        public init(name: String, live: String, rebuilt: String) {
            self.name = name
            self.live = live
            self.rebuilt = rebuilt
        }
    }

    /// The table.
    public let table: String
    /// What is wrong.
    public let kind: Kind
    /// Names the row by its key, as `column=value`; may show a client's keys.
    ///
    /// Of an unreadable table it tells how far the comparison had come.
    public let row: String
    /// The columns that differ, of a changed row; may show a client's values.
    public let columns: [Column]

    /// Puts a difference together.
    public init(table: String, kind: Kind, row: String, columns: [Column] = []) {
        self.table = table
        self.kind = kind
        self.row = row
        self.columns = columns
    }

    /// One line for an operator's eyes.
    public var description: String {
        let values = columns.map { "\($0.name) is \($0.live), the log gives \($0.rebuilt)" }
        let what =
            switch kind {
            case .changed: values.joined(separator: "; ")
            case .unreadable: "the live rows cannot be read from here on"
            case .missing, .surplus: kind.rawValue
            }
        return "\(table), \(row): \(what)"
    }
}
