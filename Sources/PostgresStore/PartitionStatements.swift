// SPDX-License-Identifier: Apache-2.0

/// The statements of partitions and of the one row that says how many there are.
enum PartitionStatements {
    static let selectEventHeads = PostgresStatement(
        "select_event_heads",
        """
        SELECT partition, head, cursor, drained, epoch FROM event_heads
        WHERE partition = ANY ($1::integer[])
        """
    )
}
