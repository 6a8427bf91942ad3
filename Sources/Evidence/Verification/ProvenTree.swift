// SPDX-License-Identifier: Apache-2.0

import ExactValues
import TransparencyLog

/// One partition's tree as a signed checkpoint has it, against which events are held.
///
/// The way of the last event to the root is remembered: where the next one's meets it, what is above
/// has been proven and only has to be the same again. Events of one stream lie close together, so
/// that saves most of the hashing and none of the checking.
struct ProvenTree {
    let checkpoint: Checkpoint
    private var way = Way()
    /// The steps of the proof that is being held, up to where it meets the way.
    private var lower: [Step] = []

    private struct Step {
        let level: Int
        let node: Int64
        let hash: Digest
    }

    private struct Way {
        /// From below, as the last event's proof has led up.
        var steps: [Step] = []
        var proof: [UInt8] = []
    }

    init(_ checkpoint: Checkpoint) { self.checkpoint = checkpoint }

    /// Whether an event with this stored hash is the leaf at this position, by RFC 9162, 2.1.3.2.
    ///
    /// `proof` is 64 digits for each hash, from below.
    mutating func holds(
        _ entry: Digest,
        at position: Int64,
        proof: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard position >= 1, position <= checkpoint.size else { return false }
        let digits = 2 * Digest.byteCount
        let count = proof.count / digits
        var node = position - 1
        var last = checkpoint.size - 1
        var level = 0
        var hash = TreeHash.leaf(entry)
        lower.removeAll(keepingCapacity: true)
        for index in 0..<count {
            let start = index * digits
            let text = UnsafeBufferPointer(rebasing: proof[start..<(start + digits)])
            guard last > 0, let sibling = Digest(digits: text) else { return false }
            if node & 1 == 1 || node == last {
                hash = TreeHash.node(sibling, hash)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                    level += 1
                }
            } else {
                hash = TreeHash.node(hash, sibling)
            }
            node >>= 1
            last >>= 1
            level += 1
            lower.append(Step(level: level, node: node, hash: hash))
            let met = way.steps.count - (count - index)
            guard met >= 0, way.steps[met].level == level, way.steps[met].node == node else {
                continue
            }
            let above = (index + 1) * digits
            guard way.steps[met].hash == hash,
                isSame(proof, from: above)
            else { return false }
            way.steps.replaceSubrange(...met, with: lower)
            way.proof.replaceSubrange(
                ..<(way.proof.count - proof.count + above),
                with: UnsafeBufferPointer(rebasing: proof[..<above])
            )
            return true
        }
        guard last == 0, hash == checkpoint.root else { return false }
        swap(&way.steps, &lower)
        way.proof.removeAll(keepingCapacity: true)
        way.proof.append(contentsOf: proof)
        return true
    }

    /// Whether a proof goes on as the last one did, which may have another length below.
    private func isSame(_ proof: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool {
        let count = proof.count - start
        let before = way.proof.count - count
        guard before >= 0 else { return false }
        return way.proof.withUnsafeBytes { last in
            guard count > 0, let left = proof.baseAddress, let right = last.baseAddress else {
                return true
            }
            return ByteRun.areEqual(left + start, right + before, count: count)
        }
    }
}
