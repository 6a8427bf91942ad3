// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The statements of partitions and of the one row that says how many there are.
enum PartitionStatements {
    private static let selectEventHeads = PostgresStatement(
        "select_event_heads",
        """
        SELECT partition, head, cursor, drained, epoch FROM event_heads
        WHERE partition = ANY ($1::integer[])
        """
    )

    /// Where partitions stand.
    static func states(
        of partitions: [Partition],
        _ connection: PostgresConnection
    ) throws -> [Partition: PartitionState] {
        var parameters = PostgresParameters()
        parameters.add(integers: partitions.map(\.number))
        var states: [Partition: PartitionState] = [:]
        try connection.forEachRow(selectEventHeads, parameters) { row in
            states[Partition(Int(row.integer(0)))] = PartitionState(
                head: LogPosition(row.integer(1)),
                cursor: IngestPosition(row.integer(2)),
                drained: IngestPosition(row.integer(3)),
                epoch: Int(row.integer(4))
            )
        }
        return states
    }
}
