// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing
import TransparencyLog

@testable import StoreAudit

@Suite("A tree as it is walked, held against checkpoints")
struct TreeWalkTests {
    private func hash(_ number: Int) -> Digest { Digest.sha256(Array("event \(number)".utf8)) }

    private func root(_ size: Int) -> Digest {
        var frontier = MerkleFrontier()
        for number in 1...size { frontier.append(hash(number)) }
        return frontier.root
    }

    @Test("roots that agree are counted, one that does not is named, one not reached is unmet")
    func marks() {
        var walk = TreeWalk()
        walk.expect([TreeWalk.Mark(size: 9, root: hash(0), isKept: true)])
        walk.loaded([
            TreeWalk.Mark(size: 3, root: root(3), isKept: false),
            TreeWalk.Mark(size: 7, root: root(6), isKept: false),
        ])
        for number in 1...8 { walk.append(hash(number)) }
        #expect(walk.checked == 2)
        #expect(walk.mismatches.map(\.size) == [7])
        #expect(walk.unmet.map(\.size) == [9])
        #expect(walk.unmet.map(\.isKept) == [true])
    }

    @Test("in a log with a gap no root is held against the tree")
    func gap() {
        var walk = TreeWalk()
        walk.expect([TreeWalk.Mark(size: 2, root: hash(0), isKept: false)])
        walk.append(hash(1))
        walk.isWhole = false
        walk.append(hash(3))
        #expect(walk.checked == 0)
        #expect(walk.mismatches == [])
    }

    @Test("the tiles are the roots of each 256 leaves")
    func tiles() {
        var walk = TreeWalk()
        for number in 1...600 { walk.append(hash(number)) }
        #expect(walk.tiles.map(\.number) == [0, 1])
        #expect(walk.tiles.first?.hash == root(256))
    }
}
