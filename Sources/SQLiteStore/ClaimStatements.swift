// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

/// The statements of the idempotency claims: the table that keeps them for ever, and the rows of
/// those that are not in it yet.
enum ClaimStatements {
    /// A claim that was moved before a crash is there already.
    static let insert = """
        INSERT INTO idempotency (partition, scope, event_id, position, received_at, body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT DO NOTHING
        """

    static let select = """
        SELECT event_id, position, received_at, body FROM idempotency
        WHERE partition = ?1 AND scope = ?2
        """

    static let selectPage = """
        SELECT event_id, position, received_at, body, scope FROM idempotency
        WHERE partition = ?1 AND scope > ?2 ORDER BY scope LIMIT ?3
        """

    static let insertRecent = "INSERT INTO recent_claims (flush, claims) VALUES (?1, ?2)"

    static let deleteRecent = "DELETE FROM recent_claims WHERE flush <= ?1"

    static let selectRecent =
        "SELECT flush, claims FROM recent_claims WHERE flush > ?1 ORDER BY flush"

    static let selectFirstRecent =
        "SELECT flush FROM recent_claims WHERE flush > ?1 ORDER BY flush LIMIT 1"

    static let selectLastRecent =
        "SELECT flush FROM recent_claims WHERE flush > ?1 ORDER BY flush DESC LIMIT 1"

    static let all = [
        insert, select, selectPage, insertRecent, deleteRecent, selectRecent,
        selectFirstRecent, selectLastRecent,
    ]

    /// The first and the last flush whose claims are not in the table yet; zeros for none.
    ///
    /// Flushes come in order and go from the front, so these two tell what is there.
    static func recentEnds(_ database: Database) throws -> ClosedRange<Int64> {
        func flush(_ sql: String) throws -> Int64 {
            let statement = try BoundStatement(database, sql)
            statement.bind(1, 0)
            return try statement.first { $0.integer(0) } ?? 0
        }
        let first = try flush(selectFirstRecent)
        return first...max(first, try flush(selectLastRecent))
    }

    /// The claims that are not in the table yet, flush by flush.
    static func recentHeld(
        _ database: Database
    ) throws -> (claims: [RecentClaims.Held], through: Int64) {
        let statement = try BoundStatement(database, selectRecent)
        statement.bind(1, 0)
        var held: [RecentClaims.Held] = []
        var last: Int64 = 0
        try statement.forEachRow { row in
            last = row.integer(0)
            held += try row.withBytes(1) { try ClaimSegment.read($0) }
            return true
        }
        return (held, last)
    }

    /// The claims that are not in the table yet.
    static func recent(_ database: Database) throws -> RecentClaims {
        let (held, last) = try recentHeld(database)
        return RecentClaims(held, through: last)
    }

    /// Who holds a claim that has been moved into the table.
    static func holder(
        of scope: ClaimMark,
        in partition: Partition,
        _ select: BoundStatement
    ) throws -> RecentClaims.Holder? {
        select.bind(1, partition)
        select.bind(2, scope)
        return try select.first { try $0.claimHolder() }
    }

    /// Claims in the table after a scope, in its order, at most `limit`.
    static func page(
        in partition: Partition,
        after scope: ClaimMark?,
        limit: Int,
        _ database: Database
    ) throws -> [RecentClaims.Held] {
        let statement = try BoundStatement(database, selectPage)
        statement.bind(1, partition)
        if let scope { statement.bind(2, scope) } else { statement.bind(2, [UInt8]()) }
        statement.bind(3, limit)
        return try statement.all { row in
            RecentClaims.Held(scope: try row.claimMark(4), holder: try row.claimHolder())
        }
    }

    /// Moves claims into the table, in its order.
    static func move(_ claims: [RecentClaims.Held], _ database: Database) throws {
        let insert = try BoundStatement(database, insert)
        for claim in claims {
            insert.bind(1, Int(claim.holder.eventID.partition))
            insert.bind(2, claim.scope)
            insert.bind(3, claim.holder.eventID)
            insert.bind(4, claim.holder.position.value)
            insert.bind(5, claim.holder.receivedAt.microseconds)
            insert.bind(6, claim.holder.body)
            try insert.run()
        }
    }
}

extension StatementRow {
    fileprivate func claimHolder() throws(StoreError) -> RecentClaims.Holder {
        RecentClaims.Holder(
            eventID: try eventID(0),
            position: IngestPosition(integer(1)),
            receivedAt: try timestamp(2),
            body: try claimMark(3)
        )
    }
}
