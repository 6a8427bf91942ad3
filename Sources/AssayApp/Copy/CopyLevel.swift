// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

extension StoreContents {
    /// A number for the state the store is in: another one after everything that writes to it.
    ///
    /// Whatever is written moves a head, a cursor or a live clock.
    func level() async throws(StoreError) -> Digest {
        var running = RunningDigest()
        for heads in try await partitionHeads() {
            running.add(
                numbers: [
                    Int64(heads.partition.number), heads.ingestHead.value,
                    heads.liveClock.microseconds, heads.state.head.value,
                    heads.state.cursor.value, heads.state.drained.value,
                ]
            )
        }
        running.add(identity.bytes)
        return running.digest
    }
}

/// A hash over things in their order, and how many they were.
struct RunningDigest: Hashable, Sendable {
    private(set) var digest = Digest.zero
    private(set) var count = 0

    /// Takes the next thing.
    mutating func add(_ bytes: [UInt8]) {
        digest = Digest.sha256(concatenating: [digest, Digest.sha256(bytes)])
        count += 1
    }

    /// Takes the next thing, which is numbers, and texts with their lengths.
    mutating func add(numbers: [Int64], texts: [Text] = [], bytes: [[UInt8]] = []) {
        var all: [UInt8] = []
        for number in numbers { all.append(bigEndian: number) }
        for part in texts.map({ Array($0.utf8) }) + bytes {
            all.append(bigEndian: Int64(part.count))
            all.append(contentsOf: part)
        }
        add(all)
    }
}
