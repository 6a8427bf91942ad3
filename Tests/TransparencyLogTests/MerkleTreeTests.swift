// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing
import TransparencyLog

@Suite("A partition's tree is that of RFC 6962")
struct MerkleTreeTests {
    /// The leaves and roots that the Certificate Transparency project has published for trees of one
    /// to eight leaves.
    private let published: [(data: String, root: String)] = [
        ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
        ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
        (
            "5051525354555657",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"
        ),
        (
            "606162636465666768696a6b6c6d6e6f",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
        ),
    ]

    @Test("the published roots come out")
    func publishedRoots() throws {
        #expect(MerkleFrontier().root == Digest.sha256([]))
        var frontier = MerkleFrontier()
        for (data, root) in published {
            let bytes = try #require(Hex.decode(data))
            frontier.append(leaf: TreeHash.leaf(data: bytes)) { _, _ in }
            #expect(frontier.root.hex == root)
        }
    }

    @Test("the root of every size is the one of the definition, from any edge on")
    func roots() throws {
        let tree = NaiveTree(size: 300)
        var frontier = MerkleFrontier()
        for size in 0...300 {
            #expect(frontier.root == tree.root(0..<size))
            #expect(frontier.size == Int64(size))
            let peaks = MerkleFrontier.subtrees(of: Int64(size)).map(tree.hash)
            #expect(MerkleFrontier(size: Int64(size), peaks: peaks) == frontier)
            frontier.append(NaiveTree.entry(size))
        }
        #expect(MerkleFrontier(size: 3, peaks: []) == nil)
    }

    @Test("each subtree is told of once, when its last leaf comes, with its root")
    func completed() {
        let tree = NaiveTree(size: 70)
        var frontier = MerkleFrontier()
        var told: [Subtree] = []
        for size in 0..<70 {
            frontier.append(leaf: TreeHash.leaf(NaiveTree.entry(size))) { subtree, root in
                #expect(subtree.leaves.upper == Int64(size) + 1)
                #expect(root == tree.hash(subtree))
                told.append(subtree)
            }
        }
        #expect(Set(told).count == told.count)
        #expect(told.count == 35 + 17 + 8 + 4 + 2 + 1)
    }
}
