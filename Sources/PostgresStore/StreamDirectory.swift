// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// Finds the numbers of streams; what is known stays in memory, together with its partition.
struct StreamDirectory {
    let connection: PostgresConnection
    let numbers: StreamNumbers

    /// The numbers of those streams that exist.
    func numbers(of wanted: [PartitionStream]) throws -> [PartitionStream: StreamNumber] {
        var known: [PartitionStream: StreamNumber] = [:]
        var missing: [PartitionStream] = []
        for (stream, number) in zip(wanted, numbers.numbers(of: wanted.map(\.stream))) {
            if let number = number.map(StreamNumber.init), number.partition == stream.partition {
                known[stream] = number
            } else {
                missing.append(stream)
            }
        }
        guard !missing.isEmpty else { return known }
        var parameters = PostgresParameters()
        parameters.add(integers: missing.map(\.partition.number))
        parameters.add(missing.map(\.stream.fingerprint))
        try connection.forEachRow(EventLogStatements.selectNumbers, parameters) { row in
            let partition = Partition(Int(row.integer(0)))
            let stream = PartitionStream(partition: partition, stream: try row.stream(at: 2))
            known[stream] = StreamNumber(partition: partition, first: row.integer(1))
        }
        remember(missing.compactMap { stream in known[stream].map { (stream.stream, $0) } })
        return known
    }

    /// Those of some streams that exist, with their numbers.
    func known(
        of wanted: [Partition: [StreamID]]
    ) throws -> [(number: StreamNumber, stream: StreamID)] {
        let known = try numbers(
            of: wanted.flatMap { partition, streams in
                streams.map { PartitionStream(partition: partition, stream: $0) }
            }
        )
        return known.map { (number: $0.value, stream: $0.key.stream) }
    }

    private func remember(_ found: [(StreamID, StreamNumber)]) {
        numbers.remember(
            Dictionary(found.map { ($0.0, $0.1.value) }, uniquingKeysWith: { first, _ in first })
        )
    }
}

/// The number of a stream, unique in the store.
///
/// It is made of its partition and of the position of its first event there, by which the tables
/// know it.
struct StreamNumber: Hashable, Sendable {
    let value: Int64

    init(_ value: Int64) { self.value = value }

    init(partition: Partition, first: Int64) { value = Int64(partition.number) << 40 | first }

    var partition: Partition { Partition(Int(value >> 40)) }
    var first: Int64 { value & (1 << 40 - 1) }
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
