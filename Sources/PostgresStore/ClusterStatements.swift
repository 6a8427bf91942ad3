// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The statements of nodes, their leases, and whose a partition is.
enum ClusterStatements {
    private static let now =
        "(extract(epoch FROM statement_timestamp()) * 1000000)::bigint"

    /// A lease that has not run out, nor lies far ahead of a clock that was put back; and after a third of it, two renewals missed, the node has to
    /// have a session still: one that was killed has none and need not be waited for.
    private static let isAlive = """
        (n.renewed_at BETWEEN \(now) - n.lease_microseconds AND \(now) + n.lease_microseconds AND (
            n.renewed_at + n.lease_microseconds / 3 > \(now) OR EXISTS (
                SELECT FROM pg_catalog.pg_stat_activity a WHERE \(isItsSession)
            )
        ))
        """

    /// A session's name ends in the instance, see `ConnectionStatements.prepare`; a name can be given
    /// by anybody, so that database and role have to be ours as well.
    private static let isItsSession = """
        a.application_name LIKE '%' || lpad(to_hex(n.instance), 16, '0')
            AND a.datname = current_database() AND a.usename = current_user
        """

    private static let renew = PostgresStatement(
        "renew_lease",
        """
        INSERT INTO nodes AS n (
            instance, name, started_at, renewed_at, lease_microseconds, is_leaving
        )
        SELECT $1::bigint, $2::text, c.now, c.now, $3::bigint, $4::boolean
        FROM (SELECT \(now) AS now) c
        ON CONFLICT (instance) DO UPDATE SET
            renewed_at = excluded.renewed_at, lease_microseconds = excluded.lease_microseconds,
            is_leaving = excluded.is_leaving
        RETURNING n.renewed_at
        """
    )

    private static let selectNodes = PostgresStatement(
        "select_nodes",
        """
        SELECT instance, name, started_at, renewed_at, \(isAlive), is_leaving
        FROM nodes n ORDER BY instance
        """
    )

    private static let selectStandings = PostgresStatement(
        "select_standings",
        """
        SELECT e.partition, e.head, e.cursor, e.drained, e.epoch, i.head, e.owner
        FROM event_heads e LEFT JOIN ingest_heads i ON i.partition = e.partition
        """
    )

    /// A head that somebody holds locked is left to the next beat: waiting for it would cost the
    /// lease.
    private static let claim = PostgresStatement(
        "claim_partition",
        """
        WITH free AS (
            SELECT partition FROM event_heads
            WHERE partition = $1::integer AND epoch = $2::bigint FOR UPDATE SKIP LOCKED
        )
        UPDATE event_heads h SET owner = $3::bigint, epoch = h.epoch + 1
        FROM free WHERE h.partition = $1::integer AND h.partition = free.partition
        """
    )

    private static let release = PostgresStatement(
        "release_partition",
        """
        UPDATE event_heads SET owner = NULL
        WHERE partition = $1::integer AND epoch = $2::bigint AND owner = $3::bigint
        """
    )

    private static let endSessions = PostgresStatement(
        "end_sessions",
        """
        SELECT pg_catalog.pg_terminate_backend(a.pid)
        FROM pg_catalog.pg_stat_activity a, nodes n
        WHERE n.instance = $1::bigint AND \(isItsSession) AND NOT \(isAlive)
        """
    )

    /// Only a dead one: it may have renewed its lease meanwhile.
    private static let forgetNode = PostgresStatement(
        "forget_node",
        """
        DELETE FROM nodes n WHERE n.instance = $1::bigint AND NOT \(isAlive)
        """
    )

    private static let endLease = PostgresStatement(
        "end_lease",
        "DELETE FROM nodes WHERE instance = $1::bigint"
    )

    /// - Returns: The moment of the renewal, by the server's clock.
    static func renew(
        _ lease: NodeLease,
        of instance: NodeInstance,
        _ connection: PostgresConnection
    ) throws -> Timestamp {
        var parameters = PostgresParameters()
        parameters.add(instance.value)
        parameters.add(text: lease.name)
        parameters.add(Int64(lease.seconds) * 1_000_000)
        parameters.add(lease.isLeaving)
        let now = try connection.first(renew, parameters) { try $0.timestamp(0) }
        guard let now else { throw StoreError(.damaged, detail: "a lease has no time") }
        return now
    }

    static func nodes(_ connection: PostgresConnection) throws -> [ClusterNode] {
        try connection.all(selectNodes) { row in
            ClusterNode(
                instance: NodeInstance(row.integer(0)),
                name: row.string(1),
                startedAt: try row.timestamp(2),
                renewedAt: try row.timestamp(3),
                isAlive: row.bool(4),
                isLeaving: row.bool(5)
            )
        }
    }

    static func standings(
        _ connection: PostgresConnection
    ) throws -> [Partition: PartitionStanding] {
        var standings: [Partition: PartitionStanding] = [:]
        try connection.forEachRow(selectStandings, PostgresParameters()) { row in
            standings[Partition(Int(row.integer(0)))] = PartitionStanding(
                state: PartitionState(
                    head: LogPosition(row.integer(1)),
                    cursor: IngestPosition(row.integer(2)),
                    drained: IngestPosition(row.integer(3)),
                    epoch: Int(row.integer(4))
                ),
                ingestHead: row.isNull(5) ? .start : IngestPosition(row.integer(5)),
                owner: row.isNull(6) ? nil : NodeInstance(row.integer(6))
            )
        }
        return standings
    }

    /// Makes partitions a node's, one a statement: no head's lock is held while another is waited
    /// for, and each is a transaction of its partition alone.
    static func claim(
        _ partitions: [Partition: Int],
        for instance: NodeInstance,
        _ connection: PostgresConnection
    ) throws {
        try change(claim, partitions, instance, connection)
    }

    static func release(
        _ partitions: [Partition: Int],
        by instance: NodeInstance,
        _ connection: PostgresConnection
    ) throws {
        try change(release, partitions, instance, connection)
    }

    /// What is left after this long comes with the next beat: a lease has to be renewed in between.
    private static let changeLimit: Duration = .milliseconds(250)

    private static func change(
        _ statement: PostgresStatement,
        _ partitions: [Partition: Int],
        _ instance: NodeInstance,
        _ connection: PostgresConnection
    ) throws {
        let end = ContinuousClock.now + changeLimit
        for (partition, epoch) in partitions.sorted(by: { $0.key < $1.key })
        where ContinuousClock.now < end {
            var parameters = PostgresParameters()
            parameters.add(integer: partition.number)
            parameters.add(Int64(epoch))
            parameters.add(instance.value)
            _ = try connection.all(statement, parameters) { _ in }
        }
    }

    /// Ends the sessions of a node whose lease has run out, then forgets it: cut short in between,
    /// somebody does it again.
    static func bury(_ instance: NodeInstance, _ connection: PostgresConnection) throws {
        var node = PostgresParameters()
        node.add(instance.value)
        _ = try connection.all(endSessions, node) { _ in }
        _ = try connection.all(forgetNode, node) { _ in }
    }

    static func endLease(of instance: NodeInstance, _ connection: PostgresConnection) throws {
        var parameters = PostgresParameters()
        parameters.add(instance.value)
        _ = try connection.all(endLease, parameters) { _ in }
    }
}
