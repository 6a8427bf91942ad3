// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import EventStore
import ExactValues
import OutcomeRuntime
import TransparencyLog

/// `GET /v1/events/{event_id}/inclusion`: the proof that what an event has left in the log is under
/// a signed checkpoint.
enum InclusionHandlers {
    static let query = [Query.checkpointSize.rule]

    /// A fact of an event, and its proof if the checkpoint has it as a leaf.
    private struct Leaf {
        let event: StoredEvent
        let proof: InclusionProof?
    }

    static func get(_ call: APICall) async throws -> APIAnswer {
        guard let id = EventID(try call.name.string) else { throw APIError.notFound }
        let account = try call.principal.account
        let outcomes = call.services.outcomes
        let events = try await outcomes.events(about: id, account: account)
        guard let first = events.first else {
            guard try await outcomes.fate(of: id, account: account) != nil else {
                throw APIError.notFound
            }
            throw APIError.checkpointPending
        }
        let partition = first.partition
        let checkpoint = try await checkpoint(over: first, call)
        var leaves: [Leaf] = []
        for event in events {
            leaves.append(
                Leaf(
                    event: event,
                    proof: try await call.services.trees.inclusion(
                        of: event.position,
                        in: partition,
                        size: checkpoint.size
                    )
                )
            )
        }
        return .object(reserving: 1_024 + leaves.count * 2_048) { writer in
            writer.member("event_id", id.description)
            writer.name("checkpoint")
            writer.checkpoint(checkpoint)
            writer.name("facts")
            writer.beginArray()
            for leaf in leaves { write(leaf, &writer) }
            writer.endArray()
        }
    }

    /// The checkpoint that was asked for, or the latest; it has the event's first fact as a leaf.
    private static func checkpoint(
        over first: StoredEvent,
        _ call: APICall
    ) async throws -> StoredCheckpoint {
        let trees = call.services.trees
        guard let size = call.query[Query.checkpointSize] else {
            let latest = try await trees.checkpoint(covering: first.position, in: first.partition)
            guard let latest else { throw APIError.checkpointPending }
            return latest
        }
        guard let asked = try await trees.checkpoint(of: size, in: first.partition) else {
            throw APIError.invalid(
                "checkpoint_size",
                "is not the size of a checkpoint of the event's partition"
            )
        }
        guard asked.size >= first.position.value else {
            throw APIError.invalid("checkpoint_size", "is of a checkpoint before the event")
        }
        return asked
    }

    private static func write(_ leaf: Leaf, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("version", leaf.event.version)
        writer.member("log_position", Int(leaf.event.position.value))
        writer.member("leaf_index", Int(leaf.event.position.value - 1))
        writer.member("hash", leaf.event.hash.hex)
        if let proof = leaf.proof {
            writer.hashes("proof", proof.hashes)
        } else {
            writer.name("proof")
            writer.null()
        }
        writer.endObject()
    }
}

extension APIError {
    /// What was asked for is in the log, or will be, and no checkpoint has it as a leaf yet.
    static let checkpointPending = APIError(
        .checkpointPending,
        "No checkpoint has all of this yet; try again."
    )
}
