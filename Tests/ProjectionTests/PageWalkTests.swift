// SPDX-License-Identifier: Apache-2.0

import ExactValues
import ProjectionKit
import Testing

@testable import SQLiteStore

@Suite("Short pages")
struct PageWalkTests {
    private func walk(
        limit: Int,
        examined: Int,
        from start: Int64 = 0,
        passes: @escaping @Sendable (Int64) -> Bool
    ) async throws -> Page<Int64> {
        let fixture = try StoreFixture()
        defer { fixture.remove() }
        return try await fixture.rows(of: .feed).read { database in
            let numbers = """
                WITH RECURSIVE numbers (n) AS (
                    SELECT \(start) + 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20
                ) SELECT n FROM numbers
                """
            return try PageWalk(limit: limit, examinedLimit: examined).run(
                try BoundStatement(database, numbers),
                passes: { passes($0.integer(0)) },
                element: { $0.integer(0) },
                cursor: { row in
                    PageCursor(
                        list: .outcomes,
                        account: account(),
                        time: instant(Int(row.integer(0))),
                        tie: []
                    )
                }
            )
        }
    }

    @Test("a page ends when enough rows were examined, and tells where to go on")
    func examined() async throws {
        let page = try await walk(limit: 5, examined: 6) { $0 > 100 }
        #expect(page.elements.isEmpty)
        #expect(page.next?.time == instant(6))
        let half = try await walk(limit: 5, examined: 6) { $0.isMultiple(of: 2) }
        #expect(half.elements == [2, 4, 6])
        #expect(half.next?.time == instant(6))
    }

    @Test("a full page goes on after its last element")
    func full() async throws {
        let page = try await walk(limit: 3, examined: 100) { $0.isMultiple(of: 2) }
        #expect(page.elements == [2, 4, 6])
        #expect(page.next?.time == instant(6))
    }

    @Test("the end of the list has no next page, even just at a limit")
    func end() async throws {
        #expect(try await walk(limit: 20, examined: 100) { _ in true }.next == nil)
        #expect(try await walk(limit: 50, examined: 20) { _ in true }.next == nil)
        #expect(try await walk(limit: 50, examined: 20, from: 15) { _ in true }.next == nil)
    }
}
