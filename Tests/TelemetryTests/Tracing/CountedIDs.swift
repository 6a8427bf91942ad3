// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Telemetry

/// Ids that are counted up, and one of them is not random enough.
final class CountedIDs: Sendable {
    private let count = Atomic<UInt64>(0)

    var source: TraceIDSource {
        TraceIDSource { self.count.add(1, ordering: .relaxed).oldValue }
    }
}
