// SPDX-License-Identifier: Apache-2.0

import EventStore

/// Numbers the streams of a batch as they come.
struct StreamSlots {
    private var slots: [StreamID: Int] = [:]

    init(capacity: Int) { slots.reserveCapacity(capacity) }

    /// A stream's slot: `next` for one that had none yet.
    mutating func slot(of stream: StreamID, next: Int) -> Int {
        // One access, since hashing a key costs more than everything else here.
        Self.settle(&slots[stream, default: -1], on: next)
    }

    private static func settle(_ slot: inout Int, on next: Int) -> Int {
        if slot < 0 { slot = next }
        return slot
    }
}
