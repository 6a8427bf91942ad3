// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import EventStore
import ExactValues
import OutcomeRuntime
import Testing
import TransparencyLog

@testable import HTTPAPI

@Suite("Evidence in answers")
struct EvidenceAnswerTests {
    private static let path = "/v1/outcomes/ticket-0001/evidence"

    /// A checkpoint of the bundle, or a line that leads on to it.
    private struct Tree: Hashable {
        let partition: Int
        let size: Int64
    }

    /// Posts one more event of the outcome, waits for what came of it, and signs everything.
    private func signOneMore(_ world: World, _ caller: Caller) async throws {
        let posted = try await caller.post(
            "/v1/events",
            #"{"key":"ticket-0001","action":"replied","customer_key":"acme"}"#
        )
        let position = try #require(posted.string("position"))
        _ = try await caller.get("/v1/outcomes?after=\(position)")
        try await world.sign()
    }

    private func kept(_ world: World) async throws -> [Tree] {
        let trees = world.services.trees
        return try await trees.log.latestCheckpoints(of: world.services.outcomes.partitions)
            .values.map { Tree(partition: $0.partition.number, size: $0.size) }
    }

    private func query(_ kept: [Tree]) -> String {
        "?kept_sizes=" + kept.map { "\($0.partition):\($0.size)" }.joined(separator: ",")
    }

    /// The lines of a section, as objects.
    private func lines(of section: Text, in reply: Reply) throws -> [JSONObject] {
        try reply.bytes.split(separator: 0x0A).compactMap { line in
            guard case .object(let object) = try JSONReader.read(Array(line)),
                object["section"] == .string(section)
            else { return nil }
            return object
        }
    }

    private func consistency(in reply: Reply) throws -> [Tree: [Digest]] {
        var found: [Tree: [Digest]] = [:]
        for line in try lines(of: "consistency", in: reply) {
            guard case .number(let partition)? = line["partition"],
                case .number(let size)? = line["size"], case .string(let proof)? = line["proof"]
            else { continue }
            let tree = Tree(
                partition: try #require(partition.intValue),
                size: Int64(try #require(size.intValue))
            )
            let digits = Array(proof.utf8)
            #expect(found[tree] == nil)
            found[tree] = try stride(from: 0, to: digits.count, by: 64).map { start in
                let text = String(decoding: digits[start..<(start + 64)], as: UTF8.self)
                return try #require(Digest(hex: text))
            }
        }
        return found
    }

    @Test("a bundle leads on from each tree that the client has kept, and from no other one")
    func leadsOn() async throws {
        try await World.call { world, caller in
            try await caller.makeCatalog()
            try await signOneMore(world, caller)
            let first = try await kept(world)
            #expect(first.count == 2)
            try await signOneMore(world, caller)
            let second = try await kept(world)
            let third = try await caller.put(
                "/v1/customers/late",
                #"{"name":"Late","rate_card_key":"standard"}"#
            )
            #expect(third.status == 201)
            try await signOneMore(world, caller)

            let plain = try await caller.get(Self.path)
            #expect(plain.status == 200)
            #expect(try consistency(in: plain).isEmpty)

            // Also one that is named twice, those of partitions that are not in it, and those that
            // are as large as the bundle's own.
            let now = try await kept(world)
            let apart = (0..<4).first { number in !now.contains { $0.partition == number } }
            let others = [Tree(partition: try #require(apart), size: 7)]
            let reply = try await caller.get(
                Self.path + query(first + second + first + now + others)
            )
            #expect(reply.status == 200)
            let proofs = try consistency(in: reply)
            #expect(Set(proofs.keys) == Set(first + second).subtracting(now))
            #expect(proofs.count == 3)
            #expect(try lines(of: "seal", in: reply).count == 1)
            let trees = world.services.trees
            for (tree, hashes) in proofs {
                let partition = Partition(tree.partition)
                let signed = try #require(now.first { $0.partition == tree.partition })
                let proof = try #require(
                    ConsistencyProof(first: tree.size, second: signed.size, hashes: hashes)
                )
                #expect(
                    proof.verifies(
                        firstRoot: try await trees.root(of: partition, size: tree.size),
                        secondRoot: try await trees.root(of: partition, size: signed.size)
                    )
                )
            }
        }
    }

    @Test("a kept tree that the log no longer has is told, as is what cannot have been kept of it")
    func refuses() async throws {
        try await World.call { world, caller in
            try await caller.makeCatalog()
            try await signOneMore(world, caller)
            for tree in try await kept(world) {
                let longer = [Tree(partition: tree.partition, size: tree.size + 1)]
                let reply = try await caller.get(Self.path + query(longer))
                #expect(reply.status == 400)
                #expect(reply.fields == ["kept_sizes"])
                #expect(
                    reply.string("error.details.0.message")?
                        .contains("than its latest checkpoint has, which are \(tree.size)") == true
                )
            }
            let many = Array(repeating: Tree(partition: 0, size: 1), count: KeptSize.limitSizes)
            #expect(try await caller.get(Self.path + query(many)).status == 200)
            let one = Tree(partition: 0, size: 1)
            for wrong in [
                query(many + [one]), query([Tree(partition: 5, size: 1)]),
                query([Tree(partition: 0, size: 0)]), query([]), "?kept_sizes=1",
                "?kept_sizes=1:2:3", "?kept_sizes=1:2,", "?kept_sizes=01:2", "?kept_sizes=1:+2",
                "?kept_sizes=1:2&kept_sizes=1:3",
            ] {
                let reply = try await caller.get(Self.path + wrong)
                #expect(reply.status == 400, "\(wrong)")
                #expect(reply.fields == ["kept_sizes"], "\(wrong)")
            }
        }
    }
}
