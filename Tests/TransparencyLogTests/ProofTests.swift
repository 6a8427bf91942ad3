// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing
import TransparencyLog

@Suite("Proofs are those of RFC 9162, and only the true ones verify")
struct ProofTests {
    private static let largest = 130

    @Test("every leaf of every tree has the path of the definition, and it verifies")
    func inclusion() throws {
        let tree = NaiveTree(size: Self.largest)
        for size in 1...Self.largest {
            let root = tree.root(0..<size)
            for leaf in 0..<size {
                let proof = try #require(
                    InclusionProof(of: Int64(leaf), in: Int64(size)) { tree.hash($0) }
                )
                if size % 13 == 0 { #expect(proof.hashes == tree.path(leaf, 0..<size)) }
                #expect(proof.verifies(NaiveTree.entry(leaf), root: root))
                #expect(!proof.verifies(NaiveTree.entry(leaf + 1), root: root))
            }
        }
        #expect(InclusionProof(of: 3, in: 3) { tree.hash($0) } == nil)
        #expect(InclusionProof(of: -1, in: 3) { tree.hash($0) } == nil)
    }

    @Test("every two sizes have the proof of the definition, and it verifies")
    func consistency() throws {
        let tree = NaiveTree(size: Self.largest)
        let roots = (0...Self.largest).map { tree.root(0..<$0) }
        for second in 1...Self.largest {
            for first in 1...second {
                let proof = try #require(
                    ConsistencyProof(from: Int64(first), to: Int64(second)) { tree.hash($0) }
                )
                if second % 13 == 0 { #expect(proof.hashes == tree.subproof(first, 0..<second)) }
                #expect(proof.verifies(firstRoot: roots[first], secondRoot: roots[second]))
                #expect(!proof.verifies(firstRoot: roots[first - 1], secondRoot: roots[second]))
                #expect(!proof.verifies(firstRoot: roots[first], secondRoot: roots[second - 1]))
            }
        }
        #expect(ConsistencyProof(from: 0, to: 3) { tree.hash($0) } == nil)
        #expect(ConsistencyProof(from: 4, to: 3) { tree.hash($0) } == nil)
    }

    @Test("a proof with any hash changed, one too few or one too many does not verify")
    func changed() throws {
        let size = 107
        let tree = NaiveTree(size: size)
        let root = tree.root(0..<size)
        for leaf in [0, 1, 63, 64, 96, 104, 105, 106] {
            let proof = try #require(
                InclusionProof(of: Int64(leaf), in: Int64(size)) { tree.hash($0) }
            )
            for hashes in Self.spoilt(proof.hashes) {
                let other = try #require(
                    InclusionProof(index: Int64(leaf), size: Int64(size), hashes: hashes)
                )
                #expect(!other.verifies(NaiveTree.entry(leaf), root: root))
            }
            let elsewhere = try #require(
                InclusionProof(
                    index: Int64((leaf + 1) % size),
                    size: Int64(size),
                    hashes: proof.hashes
                )
            )
            #expect(!elsewhere.verifies(NaiveTree.entry(leaf), root: root))
        }
        for first in [1, 2, 63, 64, 65, 96, 106, 107] {
            let proof = try #require(
                ConsistencyProof(from: Int64(first), to: Int64(size)) { tree.hash($0) }
            )
            for hashes in Self.spoilt(proof.hashes) {
                let other = try #require(
                    ConsistencyProof(first: Int64(first), second: Int64(size), hashes: hashes)
                )
                #expect(!other.verifies(firstRoot: tree.root(0..<first), secondRoot: root))
            }
        }
    }

    private static func spoilt(_ hashes: [Digest]) -> [[Digest]] {
        let changed = hashes.indices.map { index in
            var hashes = hashes
            hashes[index] = Digest.sha256(hashes[index].bytes)
            return hashes
        }
        let short = hashes.isEmpty ? [] : [Array(hashes.dropLast()), Array(hashes.dropFirst())]
        return changed + short + [hashes + [.zero], [.zero] + hashes]
    }

    @Test("large trees, whose subtrees are given by what they are, agree among themselves")
    func large() throws {
        // Every leaf is the same, so that a subtree's root depends on its level alone.
        var levels = [TreeHash.leaf(.zero)]
        for _ in 0..<40 {
            levels.append(TreeHash.node(levels[levels.count - 1], levels.last ?? .zero))
        }
        func hash(_ subtree: Subtree) -> Digest { levels[subtree.level] }
        func root(_ size: Int64) -> Digest { LeafRange(lower: 0, upper: size).root(hash) }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let second = Int64.random(in: 1...(1 << 38), using: &generator)
            let first = Int64.random(in: 1...second, using: &generator)
            let consistency = try #require(ConsistencyProof(from: first, to: second, hash))
            #expect(consistency.verifies(firstRoot: root(first), secondRoot: root(second)))
            let inclusion = try #require(InclusionProof(of: first - 1, in: second, hash))
            #expect(inclusion.verifies(.zero, root: root(second)), "\(first - 1) in \(second)")
            #expect(inclusion.hashes.count <= 39)
        }
    }
}
