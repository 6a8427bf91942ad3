// SPDX-License-Identifier: Apache-2.0

import EventStore

/// Events of one stream in a row.
struct StreamPage {
    let events: [StoredEvent]
    /// Whether there were no more when it was read.
    let isLast: Bool

    /// Reads a page, bounded in events and bytes.
    static func read(
        _ stream: StreamID,
        in partition: Partition,
        after version: Int,
        limit: Int,
        limitBytes: Int,
        from log: any EventLog
    ) async throws(StoreError) -> StreamPage {
        let events = try await log.events(
            in: partition,
            of: stream,
            after: version,
            limit: limit,
            limitBytes: limitBytes
        )
        let bytes = events.reduce(0) { $0 + $1.byteCount }
        return StreamPage(events: events, isLast: events.count < limit && bytes < limitBytes)
    }
}
