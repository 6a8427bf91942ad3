// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Synchronization

/// How many records wait to be processed, as far as this node has seen: each look at the heads, and
/// each append, tells something of it.
final class BacklogCount: Sendable {
    private struct Place {
        var head: Int64 = 0
        var cursor: Int64 = 0
    }

    private let places = Mutex<[Partition: Place]>([:])

    var records: Int {
        places.withLock { places in
            places.values.reduce(0) { $0 + Int(max(0, $1.head - $1.cursor)) }
        }
    }

    func saw(_ heads: [Partition: IngestPosition], cursors: [Partition: IngestPosition]) {
        places.withLock { places in
            for (partition, head) in heads {
                places[partition, default: Place()].head = head.value
                places[partition, default: Place()].cursor =
                    (cursors[partition] ?? .start).value
            }
        }
    }

    func processed(_ partition: Partition, through cursor: IngestPosition) {
        places.withLock { $0[partition, default: Place()].cursor = cursor.value }
    }
}
