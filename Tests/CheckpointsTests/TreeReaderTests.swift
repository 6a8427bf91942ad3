// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import EventStore
import ExactValues
import Synchronization
import Testing
import TransparencyLog

@Suite("Proofs come from a few ranges of stored hashes")
struct TreeReaderTests {
    private static let sizes: [Int64] = [1, 2, 255, 256, 257, 511, 65_535, 65_536, 65_537, 70_001]
    private static let tree = MemoryTree(size: 70_001)
    private static let roots: [Int64: Digest] = {
        var roots: [Int64: Digest] = [:]
        var frontier = MerkleFrontier()
        for index in 0..<70_001 {
            frontier.append(MemoryTree.hash(index))
            if sizes.contains(frontier.size) { roots[frontier.size] = frontier.root }
        }
        return roots
    }()

    private let partition = Partition(0)

    @Test("the root and the edge of every size are those of the tree", arguments: sizes)
    func roots(size: Int64) async throws {
        let reader = TreeReader(Self.tree)
        #expect(try await reader.root(of: partition, size: size) == Self.roots[size])
        #expect(try await reader.root(of: partition, size: 0) == TreeHash.empty)
    }

    @Test("events anywhere are proved, on both sides of every border", arguments: sizes)
    func inclusion(size: Int64) async throws {
        let tree = MemoryTree(size: Int(size))
        let reader = TreeReader(tree)
        let root = try #require(Self.roots[size])
        for position in [1, 2, 255, 256, 257, 512, 32_768, 65_536, 65_537, 69_999, size]
        where position <= size {
            tree.ranges.store(0, ordering: .relaxed)
            let proof = try #require(
                try await reader.inclusion(of: LogPosition(position), in: partition, size: size)
            )
            #expect(proof.verifies(MemoryTree.hash(Int(position) - 1), root: root))
            #expect(tree.ranges.load(ordering: .relaxed) <= 6)
        }
        #expect(tree.largestRange.load(ordering: .relaxed) <= 256)
        let beyond = LogPosition(size + 1)
        #expect(try await reader.inclusion(of: beyond, in: partition, size: size) == nil)
    }

    @Test("proofs made together are the same, and each block is read once", arguments: sizes)
    func together(size: Int64) async throws {
        let tree = MemoryTree(size: Int(size))
        let reader = TreeReader(tree)
        let proofs = InclusionProofs(tree)
        let positions = [1, 2, 255, 256, 257, 512, 32_768, 65_536, 65_537, 69_999, size]
        for position in positions.map(LogPosition.init) {
            let alone = try await reader.inclusion(of: position, in: partition, size: size)
            #expect(try await proofs.proof(of: position, in: partition, size: size) == alone)
        }
        let beyond = LogPosition(size + 1)
        #expect(try await proofs.proof(of: beyond, in: partition, size: size) == nil)
        tree.ranges.store(0, ordering: .relaxed)
        for position in positions.filter({ $0 <= size }).map(LogPosition.init) {
            _ = try await proofs.proof(of: position, in: partition, size: size)
        }
        #expect(tree.ranges.load(ordering: .relaxed) == 0)
    }

    @Test("any two sizes are proved to belong together")
    func consistency() async throws {
        let reader = TreeReader(Self.tree)
        for second in Self.sizes {
            for first in Self.sizes where first <= second {
                let proof = try #require(
                    try await reader.consistency(in: partition, from: first, to: second)
                )
                let (old, new) = (Self.roots[first], Self.roots[second])
                #expect(proof.verifies(firstRoot: try #require(old), secondRoot: try #require(new)))
            }
        }
        #expect(try await reader.consistency(in: partition, from: 0, to: 5) == nil)
        #expect(try await reader.consistency(in: partition, from: 6, to: 5) == nil)
    }

    @Test("what is missing in the store is told and not made up")
    func missing() async throws {
        let reader = TreeReader(MemoryTree(size: 300))
        let error = await #expect(throws: StoreError.self) {
            try await reader.root(of: partition, size: 600)
        }
        #expect(error?.reason == .damaged)
        let proofs = InclusionProofs(MemoryTree(size: 300))
        let other = await #expect(throws: StoreError.self) {
            try await proofs.proof(of: LogPosition(400), in: partition, size: 600)
        }
        #expect(other?.reason == .damaged)
    }
}
