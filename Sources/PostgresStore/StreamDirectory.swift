// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// Finds the numbers of streams, and streams by their numbers.
struct StreamDirectory {
    let connection: PostgresConnection
    let numbers: StreamNumbers

    /// The numbers of those streams that exist.
    func numbers(of wanted: [Partition: [StreamID]]) throws -> [StreamID: Int64] {
        var known: [StreamID: Int64] = [:]
        var partitions: [Int] = []
        var fingerprints: [Int64] = []
        for (partition, streams) in wanted {
            for (stream, number) in zip(streams, numbers.numbers(of: streams)) {
                if let number {
                    known[stream] = number
                } else {
                    partitions.append(partition.number)
                    fingerprints.append(stream.fingerprint)
                }
            }
        }
        guard !partitions.isEmpty else { return known }
        var parameters = PostgresParameters()
        parameters.add(integers: partitions)
        parameters.add(fingerprints)
        var found: [StreamID: Int64] = [:]
        try connection.forEachRow(EventLogStatements.selectNumbers, parameters) { row in
            found[try row.stream(at: 1)] = row.integer(0)
        }
        numbers.remember(found)
        return known.merging(found) { old, _ in old }
    }
}

extension PostgresRow {
    /// A stream from three columns: account, kind, key.
    func stream(at column: Int32) throws(StoreError) -> StreamID {
        guard let key = withBytes(column + 2, { Text(utf8: $0) }) else {
            throw StoreError(.damaged, detail: "a key is not UTF-8")
        }
        guard let kind = StreamKind(number: integer(column + 1)) else {
            throw StoreError(.damaged, detail: "a stream of an unknown kind")
        }
        return StreamID(
            account: try account(column),
            kind: kind,
            key: key
        )
    }
}
