// SPDX-License-Identifier: Apache-2.0

import EventStore

/// Reads a partition page by page up to a place, around what cannot be read.
struct PartitionPages: Sendable {
    /// So many events at most are read together.
    static let limitEvents = 4_096
    /// After so many places in a row that cannot be read, the rest is given up.
    static let unreadableLimitPlaces = 256

    let store: any StoreContents
    let partition: Partition

    /// What a read has brought.
    struct Page: Sendable {
        var events: [StoredEvent] = []
        /// The place after the last event that cannot be read, and why.
        var unreadable: (place: LogPosition, reason: String)?
        /// The store gives nothing of what lies behind.
        var isEnd = false
        var size: PageSize
    }

    /// The events after a place, up to `end`; a place that cannot be read comes alone.
    func page(
        after place: LogPosition,
        through end: LogPosition,
        size: PageSize
    ) async throws -> Page {
        var limit = min(size.rows, Int(end.value - place.value))
        var page = Page(size: size)
        guard limit > 0 else {
            page.isEnd = true
            return page
        }
        while true {
            do throws(StoreError) {
                page.events = try await store.events(in: partition, after: place, limit: limit)
                    .filter { $0.position <= end }
                page.size.had(page.events)
                page.isEnd = page.events.isEmpty
                return page
            } catch {
                guard error.reason == .damaged else { throw error }
                guard limit > 1 else {
                    page.unreadable = (place.next, error.detail)
                    return page
                }
                limit = max(1, limit / 8)
            }
        }
    }
}
