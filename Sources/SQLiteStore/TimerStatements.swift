// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

/// The statements of the settlement timers.
enum TimerStatements {
    static let insert = """
        INSERT INTO timers (partition, clock, due, stream) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT DO NOTHING
        """

    static let delete = """
        DELETE FROM timers WHERE partition = ?1 AND clock = ?2 AND due = ?3 AND stream = ?4
        """

    static let selectDue = """
        SELECT timers.due, streams.account, streams.kind, streams.key
        FROM timers CROSS JOIN streams ON streams.stream = timers.stream
        WHERE timers.partition = ?1 AND timers.clock = ?2 AND timers.due <= ?3
        ORDER BY timers.due, timers.stream LIMIT ?4
        """

    static let selectNext = """
        SELECT due FROM timers WHERE partition = ?1 AND clock = ?2 ORDER BY due LIMIT 1
        """

    static let selectPage = """
        SELECT timers.clock, timers.due, streams.account, streams.kind, streams.key
        FROM timers LEFT JOIN streams ON streams.stream = timers.stream
        WHERE timers.partition = ?1 AND (timers.clock, timers.due, timers.stream) > (?2, ?3, ?4)
        ORDER BY timers.clock, timers.due, timers.stream LIMIT ?5
        """

    static let all = [insert, delete, selectDue, selectNext, selectPage]

    /// What is due on one clock, earliest first.
    static func due(
        _ query: TimerQuery,
        limit: Int,
        _ database: Database
    ) throws -> [DueTimer] {
        let statement = try BoundStatement(database, selectDue)
        statement.bind(1, query.clock.partition)
        statement.bind(2, query.clock.clock)
        statement.bind(3, query.through.microseconds)
        statement.bind(4, limit)
        return try statement.all { row in
            DueTimer(clock: query.clock, stream: try row.stream(at: 1), due: try row.timestamp(0))
        }
    }

    /// The earliest timer of a clock.
    static func next(on clock: PartitionClock, _ database: Database) throws -> Timestamp? {
        let statement = try BoundStatement(database, selectNext)
        statement.bind(1, clock.partition)
        statement.bind(2, clock.clock)
        return try statement.first { try $0.timestamp(0) }
    }

    /// Timers of a partition after one of them, by clock, time and stream, at most `limit`.
    static func page(
        in partition: Partition,
        after timer: (timer: DueTimer, stream: Int64)?,
        limit: Int,
        _ database: Database
    ) throws -> [DueTimer] {
        let statement = try BoundStatement(database, selectPage)
        statement.bind(1, partition)
        statement.bind(2, timer?.timer.clock.clock ?? .live)
        statement.bind(3, timer?.timer.due.microseconds ?? -1)
        statement.bind(4, timer?.stream ?? 0)
        statement.bind(5, limit)
        return try statement.all { row in
            guard !row.isNull(2) else {
                throw StoreError(.damaged, detail: "\(partition): a timer of an unknown stream")
            }
            let clock = try row.text(0)
            return DueTimer(
                clock: PartitionClock(
                    partition: partition,
                    clock: clock.isEmpty ? .live : .sandbox(try row.account(0))
                ),
                stream: try row.stream(at: 2),
                due: try row.timestamp(1)
            )
        }
    }
}

extension BoundStatement {
    /// Binds a clock as it is stored: empty is the live one.
    func bind(_ place: Int32, _ clock: TimerClock) {
        switch clock {
        case .live: bind(place, "" as Text)
        case .sandbox(let account): bind(place, account.text)
        }
    }
}
