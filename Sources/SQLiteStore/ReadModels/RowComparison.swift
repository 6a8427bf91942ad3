// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import ProjectionKit

/// Compares two copies of a read model: row by row, in the order of keys, in one pass over both.
///
/// Where the live copy is damaged, its table ends: the place is one difference, and what the log
/// gives from there on is missing.
struct RowComparison {
    /// Whether to go on is asked after so many rows.
    private static let askedAfterRows = 1_000

    private let isInterrupted: () -> Bool
    private var rows: Int64 = 0
    private var count: Int64 = 0
    private var listed: [ReadModelDifference] = []
    private var live = RowDigest()
    private var rebuilt = RowDigest()

    /// What came of it.
    struct Outcome: Sendable {
        let rows: Int64
        let liveDigest: Digest
        let rebuiltDigest: Digest
        let differenceCount: Int64
        let differences: [ReadModelDifference]
    }

    private init(isInterrupted: @escaping () -> Bool) {
        self.isInterrupted = isInterrupted
    }

    /// Compares all tables.
    ///
    /// - Returns: nil when it was interrupted.
    static func run(
        of model: ReadModelName,
        live: Database,
        rebuilt: Database,
        isInterrupted: @escaping () -> Bool
    ) throws -> Outcome? {
        var comparison = RowComparison(isInterrupted: isInterrupted)
        for table in ReadModelRowStatements.rows(of: model) {
            guard try comparison.compare(table, live, rebuilt) else { return nil }
        }
        return Outcome(
            rows: comparison.rows,
            liveDigest: comparison.live.digest,
            rebuiltDigest: comparison.rebuilt.digest,
            differenceCount: comparison.count,
            differences: comparison.listed
        )
    }

    /// - Returns: Whether it got to the end.
    private mutating func compare(
        _ table: ReadModelRowStatements.Rows,
        _ live: Database,
        _ rebuilt: Database
    ) throws -> Bool {
        let left = RowWalk(try BoundStatement(live, table.sql), columns: table.columns.count)
        let right = RowWalk(try BoundStatement(rebuilt, table.sql), columns: table.columns.count)
        defer {
            left.end()
            right.end()
        }
        var liveRow = try nextLive(table, left)
        var rebuiltRow = try right.next()
        while liveRow != nil || rebuiltRow != nil {
            if rows % Int64(Self.askedAfterRows) == 0, isInterrupted() { return false }
            switch Self.order(liveRow, rebuiltRow, keyColumns: table.keyColumns) {
            case .same:
                add(table, liveRow, rebuiltRow)
                liveRow = try nextLive(table, left)
                rebuiltRow = try right.next()
            case .liveFirst:
                add(table, liveRow, nil)
                liveRow = try nextLive(table, left)
            case .rebuiltFirst:
                add(table, nil, rebuiltRow)
                rebuiltRow = try right.next()
            }
        }
        return true
    }

    private mutating func nextLive(
        _ table: ReadModelRowStatements.Rows,
        _ walk: RowWalk
    ) throws -> [RowValue]? {
        do {
            return try walk.next()
        } catch {
            let fault = StoreError(sqlite: error, phase: .working)
            guard fault.reason == .damaged else { throw fault }
            let place = "after \(rows) rows that the log gives"
            list(ReadModelDifference(table: table.table, kind: .unreadable, row: place))
            return nil
        }
    }

    private enum Order {
        case same
        case liveFirst
        case rebuiltFirst
    }

    private static func order(_ live: [RowValue]?, _ rebuilt: [RowValue]?, keyColumns: Int) -> Order
    {
        guard let live else { return .rebuiltFirst }
        guard let rebuilt else { return .liveFirst }
        for (left, right) in zip(live, rebuilt).prefix(keyColumns) where left != right {
            return left < right ? .liveFirst : .rebuiltFirst
        }
        return .same
    }

    private mutating func add(
        _ table: ReadModelRowStatements.Rows,
        _ live: [RowValue]?,
        _ rebuilt: [RowValue]?
    ) {
        if let live { self.live.add(table.table, live) }
        if let rebuilt {
            self.rebuilt.add(table.table, rebuilt)
            rows += 1
        }
        guard live != rebuilt else { return }
        list(Self.difference(table, live, rebuilt))
    }

    private mutating func list(_ difference: @autoclosure () -> ReadModelDifference) {
        count += 1
        guard listed.count < ReadModelComparison.listedLimitRows else { return }
        listed.append(difference())
    }

    private static func difference(
        _ table: ReadModelRowStatements.Rows,
        _ live: [RowValue]?,
        _ rebuilt: [RowValue]?
    ) -> ReadModelDifference {
        let named = live ?? rebuilt ?? []
        let row = table.nameColumns.map { "\(table.columns[$0])=\(named[$0].shown)" }
            .joined(separator: " ")
        var columns: [ReadModelDifference.Column] = []
        if let live, let rebuilt {
            for (index, name) in table.columns.enumerated() where live[index] != rebuilt[index] {
                columns.append(
                    ReadModelDifference.Column(
                        name: name,
                        live: live[index].shown,
                        rebuilt: rebuilt[index].shown
                    )
                )
            }
        }
        return ReadModelDifference(
            table: table.table,
            kind: live == nil ? .missing : rebuilt == nil ? .surplus : .changed,
            row: row,
            columns: columns
        )
    }
}

/// The rows of a statement, one after the other.
private struct RowWalk {
    private let statement: BoundStatement
    private let columns: Int

    init(_ statement: BoundStatement, columns: Int) {
        self.statement = statement
        self.columns = columns
    }

    func next() throws -> [RowValue]? {
        try statement.step { row in (0..<Int32(columns)).map { row.value($0) } }
    }

    /// Ends the statement's read.
    func end() { statement.reset() }
}

/// A hash over rows: of chunks, and then of the chunks' hashes, so that memory is bounded.
private struct RowDigest {
    private static let chunkBytes = 1 << 20

    private var bytes: [UInt8] = []
    private var chain = Digest.zero

    mutating func add(_ table: String, _ row: [RowValue]) {
        RowValue.text(Array(table.utf8)).append(to: &bytes)
        for value in row { value.append(to: &bytes) }
        guard bytes.count >= Self.chunkBytes else { return }
        fold()
    }

    private mutating func fold() {
        chain = Digest.sha256(concatenating: [chain, Digest.sha256(bytes)])
        bytes.removeAll(keepingCapacity: true)
    }

    var digest: Digest {
        Digest.sha256(concatenating: [chain, Digest.sha256(bytes)])
    }
}
