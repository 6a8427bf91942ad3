// SPDX-License-Identifier: Apache-2.0

public import EventStore

extension SQLiteStore: StoreContents {
    /// Claims after a scope, of those in the table and of those that are not in it yet.
    public func claims(
        in partition: Partition,
        after scope: ClaimMark?,
        limit: Int
    ) async throws(StoreError) -> [StoredClaim] {
        let moved = try await read { database in
            try ClaimStatements.page(in: partition, after: scope, limit: limit, database)
        }
        return RecentClaims.page(
            moved,
            writer.claims.held(in: partition, after: scope, limit: limit),
            of: partition,
            limit: limit
        )
    }
}
