// SPDX-License-Identifier: Apache-2.0

import EventStore
import Testing

@testable import SQLiteStore

@Suite("Waiting rows")
struct WaitingRowsTests {
    private let one = Partition(1)
    private let two = Partition(2)

    private func rows() -> WaitingRows {
        var rows = WaitingRows(partitions: 4)
        rows.add(1, [(one, 3), (two, 1)])
        rows.add(2, [(one, 5)])
        rows.add(3, [(one, 9), (two, 4)])
        return rows
    }

    @Test("a partition's place leads to the rows that hold what is after it")
    func flushes() {
        let rows = rows()
        #expect(rows.flushes(of: one, after: 0, count: 1) == [1])
        #expect(rows.flushes(of: one, after: 2, count: 2) == [1, 2])
        #expect(rows.flushes(of: one, after: 3, count: 9) == [2, 3])
        #expect(rows.flushes(of: two, after: 1, count: .max) == [3])
        #expect(rows.flushes(of: two, after: 4, count: 1) == [])
        #expect(rows.lastFlush == 3)
    }

    @Test("a row is obsolete when all its partitions are processed, in whatever order")
    func obsolete() {
        var rows = rows()
        rows.processed(one, through: 5)
        #expect(Array(rows.obsolete) == [2])
        rows.processed(two, through: 3)
        #expect(Array(rows.obsolete) == [2, 1])
        let (runs, count) = rows.obsoleteRuns(limit: 10)
        #expect(runs == [1...2])
        #expect(count == 2)
        rows.deleted(count)
        rows.processed(one, through: 9)
        rows.processed(two, through: 4)
        #expect(Array(rows.obsolete) == [3])
        #expect(rows.lastFlush == 3)
    }

    @Test("a row's part stays until its last record is processed")
    func partly() {
        var rows = rows()
        rows.processed(one, through: 2)
        #expect(rows.flushes(of: one, after: 2, count: 1) == [1])
        #expect(rows.obsolete.isEmpty)
    }
}
