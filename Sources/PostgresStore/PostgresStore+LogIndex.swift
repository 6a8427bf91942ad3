// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

extension PostgresStore: LogIndex {
    /// The numbers of streams, from memory as far as they are there.
    public func numbers(of streams: [PartitionStream]) async throws(StoreError) -> [Int64?] {
        let kept = numbers.numbers(of: streams.map(\.stream))
        let isKept = zip(streams, kept).allSatisfy { stream, number in
            number.map { StreamNumber($0).partition == stream.partition } ?? false
        }
        if isKept { return kept }
        let known = try await pool.use { [numbers] connection in
            try StreamDirectory(connection: connection, numbers: numbers).numbers(of: streams)
        }
        return streams.map { known[$0]?.value }
    }

    /// The hashes of events.
    public func hashes(at places: [PartitionPlace]) async throws(StoreError) -> [Digest?] {
        var parameters = PostgresParameters()
        parameters.add(integers: places.map(\.partition.number))
        parameters.add(places.map(\.position.value))
        return try await pool.use { [parameters] connection in
            var hashes = [Digest?](repeating: nil, count: places.count)
            try connection.forEachRow(EventLogStatements.selectHashes, parameters) { row in
                hashes[Int(row.integer(0)) - 1] = try row.digest(1)
            }
            return hashes
        }
    }
}
