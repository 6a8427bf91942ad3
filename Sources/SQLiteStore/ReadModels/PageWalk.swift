// SPDX-License-Identifier: Apache-2.0

import ProjectionKit

/// A bounded walk along an index: takes the rows that pass, and tells where to go on.
struct PageWalk {
    private let limit: Int
    private let examinedLimit: Int

    /// `limit`: At most this many elements; held to 1...`PageLimits.maximumRows`.
    init(limit: Int, examinedLimit: Int = PageLimits.examinedLimitRows) {
        self.limit = min(max(limit, 1), PageLimits.maximumRows)
        self.examinedLimit = examinedLimit
    }

    func run<Element: Sendable>(
        _ statement: BoundStatement,
        passes: (StatementRow) -> Bool,
        element: (StatementRow) throws -> Element,
        cursor: (StatementRow) throws -> PageCursor
    ) throws -> Page<Element> {
        var elements: [Element] = []
        var last: PageCursor?
        var examined = 0
        var hasMore = false
        try statement.forEachRow { row in
            guard elements.count < limit, examined < examinedLimit else {
                hasMore = true
                return false
            }
            examined += 1
            if passes(row) { elements.append(try element(row)) }
            // Only where the walk may end does the place matter.
            if elements.count == limit || examined == examinedLimit { last = try cursor(row) }
            return true
        }
        return Page(elements: elements, next: hasMore ? last : nil)
    }
}
