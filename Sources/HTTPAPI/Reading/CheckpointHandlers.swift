// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import EventStore
import ExactValues
import OutcomeRuntime
import TransparencyLog

/// Signed checkpoints, proofs that they agree, and the keys that sign them.
///
/// The trees hold hashes of all accounts' events and nothing else, so whoever may read may see them.
enum CheckpointHandlers {
    static let listQuery = [
        Query.partition.rule, Query.limit.rule, Query.checkpointCursor.rule,
    ]
    static let consistencyQuery = [
        Query.partition.rule, Query.fromSize.rule, Query.toSize.rule,
    ]

    /// The latest of each partition, or all of one partition with the fewest leaves first.
    static func list(_ call: APICall) async throws -> APIAnswer {
        let log = call.services.trees.log
        let limit = call.query.limit
        let cursor = call.query[Query.checkpointCursor]
        if let partition = call.query[Query.partition] {
            let found = try await log.checkpoints(
                in: partition,
                after: cursor ?? 0,
                limit: limit + 1
            )
            return page(found, limit: limit, \.size)
        }
        let partitions = call.services.outcomes.partitions.filter { partition in
            cursor.map { Int64(partition.number) > $0 } ?? true
        }
        let latest = try await log.latestCheckpoints(of: partitions).values
            .sorted { $0.partition < $1.partition }
        return page(Array(latest.prefix(limit + 1)), limit: limit) { Int64($0.partition.number) }
    }

    private static func page(
        _ found: [StoredCheckpoint],
        limit: Int,
        _ place: (StoredCheckpoint) -> Int64
    ) -> APIAnswer {
        let page = Array(found.prefix(limit))
        let next = found.count > limit ? page.last.map { CheckpointCursor.encode(place($0)) } : nil
        return .list(page, next: next, reserving: 512) { $1.checkpoint($0) }
    }

    /// The proof that a later tree of a partition begins with an earlier one.
    static func consistency(_ call: APICall) async throws -> APIAnswer {
        guard let partition = call.query[Query.partition] else {
            throw APIError.invalid("partition", "is required")
        }
        guard let from = call.query[Query.fromSize] else {
            throw APIError.invalid("from_size", "is required")
        }
        guard let to = call.query[Query.toSize] else {
            throw APIError.invalid("to_size", "is required")
        }
        let trees = call.services.trees
        guard
            try await trees.checkpoint(covering: LogPosition(to), in: partition) != nil
        else {
            throw APIError.invalid("to_size", "is more than the partition's latest checkpoint has")
        }
        guard let proof = try await trees.consistency(in: partition, from: from, to: to) else {
            throw APIError.invalid("from_size", "must not be more than to_size")
        }
        return .object(reserving: 256 + proof.hashes.count * 70) { writer in
            writer.member("origin", trees.origin(of: partition).description)
            writer.member("partition", partition.number)
            writer.member("from_size", Int(proof.first))
            writer.member("to_size", Int(proof.second))
            writer.hashes("proof", proof.hashes)
        }
    }

    /// The keys that have signed or will, oldest first.
    static func keys(_ call: APICall) async throws -> APIAnswer {
        let keys = try await call.services.trees.log.signingKeys()
        return .list(keys, reserving: 640) { key, writer in
            let read = VerifierKey(key.key)
            writer.beginObject()
            writer.member("id", read?.id)
            writer.member("name", read?.name)
            writer.member("key", key.key)
            writer.member("since", key.since)
            writer.member("registration", key.registration)
            writer.endObject()
        }
    }
}

/// A place in a list of checkpoints: the last partition, or the last size, seen.
enum CheckpointCursor {
    static func encode(_ place: Int64) -> String {
        Base64URL.encode(Array("c\(place)".utf8))
    }

    static func decode(_ text: Text) -> Int64? {
        guard let bytes = Base64URL.decode(text.string), bytes.first == 0x63,
            let place = Int64(String(decoding: bytes.dropFirst(), as: UTF8.self)), place >= 0,
            encode(place) == text.string
        else { return nil }
        return place
    }
}

extension JSONWriter {
    /// A checkpoint with its signed note.
    mutating func checkpoint(_ checkpoint: StoredCheckpoint) {
        beginObject()
        member("partition", checkpoint.partition.number)
        member("size", Int(checkpoint.size))
        member("root", checkpoint.root.hex)
        member("time", checkpoint.time)
        member("note", checkpoint.note)
        endObject()
    }

    /// A member that is an array of hashes.
    mutating func hashes(_ name: StaticString, _ hashes: [Digest]) {
        self.name(name)
        beginArray()
        for hash in hashes { hex(hash) }
        endArray()
    }
}
