// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

extension SQLiteStore: LogIndex {
    /// The numbers of streams, from memory as far as they are there.
    public func numbers(of streams: [PartitionStream]) async throws(StoreError) -> [Int64?] {
        var found = numbers.numbers(of: streams.map(\.stream))
        let missing = found.indices.filter { found[$0] == nil }
        guard !missing.isEmpty else { return found }
        let read = try await writer.read { [numbers] database in
            let reads = StreamReads(database, numbers)
            return try missing.map { slot in
                try reads.number(of: streams[slot].stream, in: streams[slot].partition)
            }
        }
        for (slot, number) in zip(missing, read) {
            found[slot] = number
        }
        return found
    }

    /// The hashes of events.
    public func hashes(at places: [PartitionPlace]) async throws(StoreError) -> [Digest?] {
        try await writer.read { database in
            try places.map { try EventLogStatements.hash(at: $0, database) }
        }
    }
}
