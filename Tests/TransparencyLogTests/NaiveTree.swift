// SPDX-License-Identifier: Apache-2.0

import ExactValues
import TransparencyLog

/// A tree as RFC 6962 defines it, written down word for word and as slow as that is.
struct NaiveTree {
    /// The hashes of the leaves.
    let leaves: [Digest]

    /// A tree over any data.
    init(data: [[UInt8]]) {
        leaves = data.map { Digest.sha256([0] + $0) }
    }

    /// A tree over the hashes of events that are their numbers.
    init(size: Int) {
        self.init(data: (0..<size).map { Self.entry($0).bytes })
    }

    static func entry(_ index: Int) -> Digest {
        Digest.sha256(Array("event \(index)".utf8))
    }

    /// MTH of the leaves of a range.
    func root(_ range: Range<Int>) -> Digest {
        guard let first = range.first else { return Digest.sha256([]) }
        if range.count == 1 { return leaves[first] }
        let middle = range.lowerBound + split(range.count)
        let left = root(range.lowerBound..<middle)
        let right = root(middle..<range.upperBound)
        return Digest.sha256([1] + left.bytes + right.bytes)
    }

    /// PATH(m, D).
    func path(_ leaf: Int, _ range: Range<Int>) -> [Digest] {
        guard range.count > 1 else { return [] }
        let middle = range.lowerBound + split(range.count)
        let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
        if leaf < middle { return path(leaf, left) + [root(right)] }
        return path(leaf, right) + [root(left)]
    }

    /// SUBPROOF(m, D, b), `first` counted from the range's beginning.
    func subproof(_ first: Int, _ range: Range<Int>, isWhole: Bool = true) -> [Digest] {
        if first == range.count { return isWhole ? [] : [root(range)] }
        let length = split(range.count)
        let middle = range.lowerBound + length
        let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
        if first <= length { return subproof(first, left, isWhole: isWhole) + [root(right)] }
        return subproof(first - length, right, isWhole: false) + [root(left)]
    }

    private func split(_ count: Int) -> Int {
        var power = 1
        while power * 2 < count { power *= 2 }
        return power
    }

    /// The root of a complete subtree.
    func hash(_ subtree: Subtree) -> Digest {
        root(Int(subtree.leaves.lower)..<Int(subtree.leaves.upper))
    }
}
