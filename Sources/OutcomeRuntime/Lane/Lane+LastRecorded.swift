// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues

// MARK: Where recorded_at goes on

extension Lane {
    /// At most this many of a partition's newest events are looked at for its last live one.
    static let lookBackLimitEvents: Int64 = 4096
    /// The first look takes one event, each further one eight times as many, up to this.
    static let lookBackPageEvents: Int64 = 64

    /// When a partition's last live fact was recorded; `earliest` when there is none.
    ///
    /// A sandbox stamps by its own clock and says nothing of the live one, so its facts are passed
    /// over; where more than the limit of them come last, `received_at` alone is the floor.
    func lastRecordedAt(
        in partition: Partition,
        upTo head: LogPosition
    ) async throws(StoreError) -> Timestamp {
        guard head > .start else { return .earliest }
        let sandboxes = try await ingestLog.sandboxClocks(in: partition).clocks
        let oldest = max(0, head.value - Self.lookBackLimitEvents)
        var end = head.value
        var page: Int64 = 1
        while end > oldest {
            let start = max(oldest, end - page)
            let events = try await eventLog.events(
                in: partition,
                after: LogPosition(start),
                limit: Int(end - start)
            )
            for event in events.reversed() where sandboxes[event.stream.account] == nil {
                return try recordedAt(of: event)
            }
            end = start
            page = min(page * 8, Self.lookBackPageEvents)
        }
        return .earliest
    }

    private func recordedAt(of event: StoredEvent) throws(StoreError) -> Timestamp {
        do throws(SchemaError) {
            return try LoggedFact(event).recordedAt
        } catch {
            throw StoreError(.damaged, detail: "\(error)")
        }
    }
}
