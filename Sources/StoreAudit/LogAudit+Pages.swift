// SPDX-License-Identifier: Apache-2.0

import EventStore

extension LogAudit {
    /// Reads rows of a partition page by page, up to the first page that is not full.
    ///
    /// - Parameters:
    ///   - what: What the rows are, for the finding.
    ///   - partition: The partition.
    ///   - faults: With these of the store, the rest cannot be read, and that is a finding.
    ///   - findings: Takes the finding.
    ///   - read: Reads the page after a row, at most `pageLimitRows`.
    ///   - body: Takes each page.
    /// - Returns: Whether all could be read.
    /// - Throws: Any other fault of the store, and what `body` throws.
    func forEachPage<Row>(
        of what: String,
        in partition: Partition,
        unreadableFor faults: Set<StoreError.Reason> = [.damaged],
        into findings: inout AuditFindings,
        read: (Row?) async throws(StoreError) -> [Row],
        _ body: ([Row]) async throws -> Void
    ) async throws -> Bool {
        var last: Row?
        while true {
            let page: [Row]
            do throws(StoreError) {
                page = try await read(last)
            } catch {
                guard faults.contains(error.reason) else { throw error }
                let place = AuditPlace(partition: partition)
                findings.add(.unreadable(what, at: place, error.detail))
                return false
            }
            try await body(page)
            guard let end = page.last, page.count == Self.pageLimitRows else { return true }
            last = end
        }
    }
}
