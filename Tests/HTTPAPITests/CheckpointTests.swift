// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import EventStore
import ExactValues
import Testing
import TransparencyLog

@testable import HTTPAPI

@Suite("Checkpoints and proofs")
struct CheckpointTests {
    /// Posts events of a key and waits for what came of them.
    private func post(_ count: Int, _ caller: Caller) async throws -> (id: String, after: String) {
        var last = (id: "", after: "")
        for _ in 0..<count {
            let posted = try await caller.post(
                "/v1/events",
                #"{"key":"ticket-0001","action":"replied","customer_key":"acme"}"#
            )
            #expect(posted.status == 202)
            last = (
                try #require(posted.string("event_id")), try #require(posted.string("position"))
            )
        }
        return last
    }

    private func digests(_ value: JSONValue?) -> [Digest]? {
        guard case .array(let array)? = value else { return nil }
        return array.compactMap { value in
            guard case .string(let text) = value else { return nil }
            return Digest(hex: text.string)
        }
    }

    @Test("an event is proved to be under a signed checkpoint, with nothing but the answer")
    func inclusion() async throws {
        try await World.call { world, caller in
            try await caller.makeCatalog()
            let (id, after) = try await post(3, caller)
            let early = try await caller.get("/v1/events/\(id)/inclusion?after=\(after)")
            #expect(early.status == 404)
            #expect(early.code == "CHECKPOINT_PENDING")
            try await world.sign()
            let reply = try await caller.get("/v1/events/\(id)/inclusion")
            #expect(reply.status == 200)
            let keys = try await caller.get("/v1/signing-keys")
            guard case .object(let checkpoint)? = reply.at("checkpoint"),
                case .string(let note)? = checkpoint["note"],
                case .array(let facts)? = reply.at("facts"),
                case .object(let fact)? = facts.first,
                case .number(let index)? = fact["leaf_index"],
                case .string(let hash)? = fact["hash"],
                case .array(let list)? = keys.at("data"), case .object(let key)? = list.first,
                case .string(let vkey)? = key["key"]
            else {
                Issue.record("an answer has another form")
                return
            }
            let signed = try SignedNote(note.string)
            let verifier = NoteVerifier(keys: [try #require(VerifierKey(vkey.string))])
            try verifier.verify(signed)
            let tree = try Checkpoint(signed.text)
            let place = try #require(index.intValue)
            let hashes = try #require(digests(fact["proof"]))
            let proof = try #require(
                InclusionProof(index: Int64(place), size: tree.size, hashes: hashes)
            )
            #expect(proof.verifies(try #require(Digest(hex: hash.string)), root: tree.root))
            let bySize = try await caller.get(
                "/v1/events/\(id)/inclusion?checkpoint_size=\(tree.size)"
            )
            #expect(bySize.status == 200)
            for size in ["\(tree.size + 1)", "0", "01", "x"] {
                let refused = try await caller.get(
                    "/v1/events/\(id)/inclusion?checkpoint_size=\(size)"
                )
                #expect(refused.status == 400, "\(size)")
            }
        }
    }

    @Test("somebody else's event has no proof, nor has one that is none")
    func foreign() async throws {
        try await World.call { world, caller in
            try await caller.makeCatalog()
            let (id, after) = try await post(1, caller)
            _ = try await caller.get("/v1/outcomes?after=\(after)")
            try await world.sign()
            let other = caller.with(world.other.read)
            for path in ["/v1/events/\(id)/inclusion", "/v1/events/evt_1/inclusion"] {
                let reply = try await other.get(path)
                #expect(reply.status == 404)
                #expect(reply.code == "NOT_FOUND")
            }
        }
    }

    @Test("checkpoints are listed by partition and by size, and belong together")
    func lists() async throws {
        try await World.call { world, caller in
            try await caller.makeCatalog()
            #expect(try await caller.get("/v1/checkpoints").count("data") == 0)
            var sizes: [Int] = []
            var partition = 0
            for _ in 0..<3 {
                let (id, after) = try await post(2, caller)
                _ = try await caller.get("/v1/outcomes?after=\(after)")
                try await world.sign()
                let reply = try await caller.get("/v1/events/\(id)/inclusion")
                guard case .object(let checkpoint)? = reply.at("checkpoint"),
                    case .number(let size)? = checkpoint["size"],
                    case .number(let number)? = checkpoint["partition"]
                else {
                    Issue.record("an answer has another form")
                    return
                }
                sizes.append(try #require(size.intValue))
                partition = try #require(number.intValue)
            }
            // That of the outcome and that of the catalogs.
            #expect(try await caller.get("/v1/checkpoints").count("data") == 2)
            let first = try await caller.get("/v1/checkpoints?limit=1")
            let cursor = try #require(first.string("next_cursor"))
            let second = try await caller.get("/v1/checkpoints?limit=1&cursor=\(cursor)")
            #expect(second.count("data") == 1)
            #expect(second.at("next_cursor") == .null)
            let path = "/v1/checkpoints?partition=\(partition)"
            #expect(try await caller.get(path).count("data") == 3)
            let page = try await caller.get("\(path)&limit=2")
            let more = try #require(page.string("next_cursor"))
            #expect(try await caller.get("\(path)&limit=2&cursor=\(more)").count("data") == 1)
            let proof = try await caller.get(
                "/v1/checkpoints/consistency?partition=\(partition)"
                    + "&from_size=\(sizes[0])&to_size=\(sizes[2])"
            )
            #expect(proof.status == 200)
            let trees = world.services.trees
            let between = try #require(digests(proof.at("proof")))
            let consistency = try #require(
                ConsistencyProof(
                    first: Int64(sizes[0]),
                    second: Int64(sizes[2]),
                    hashes: between
                )
            )
            #expect(
                consistency.verifies(
                    firstRoot: try await trees.root(
                        of: Partition(partition),
                        size: consistency.first
                    ),
                    secondRoot: try await trees.root(
                        of: Partition(partition),
                        size: consistency.second
                    )
                )
            )
            for query in [
                "", "?partition=\(partition)", "?partition=\(partition)&from_size=1",
                "?partition=\(partition)&from_size=2&to_size=1",
                "?partition=\(partition)&from_size=1&to_size=\(sizes[2] + 1)",
                "?partition=5000&from_size=1&to_size=1", "?partition=1&from_size=0&to_size=1",
            ] {
                let refused = try await caller.get("/v1/checkpoints/consistency\(query)")
                #expect(refused.status == 400, "\(query)")
            }
        }
    }
}
