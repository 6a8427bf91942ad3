// SPDX-License-Identifier: Apache-2.0

public import EventSchema
public import EventStore

/// Facts of the event log: from memory while one follows closely, else from the store.
public struct FactSource: Sendable {
    private let log: any EventLog
    private let tail: EventTail<LoggedFact>?

    /// Reads the log, and the tail before it if there is one.
    public init(log: any EventLog, tail: EventTail<LoggedFact>?) {
        self.log = log
        self.tail = tail
    }

    /// Facts of a partition after a place, in order and without gaps, at most `limit`.
    ///
    /// - Throws: `.failure` when the event after `position` cannot be read as a fact. One further on
    ///   ends the answer before it.
    public func facts(
        in partition: Partition,
        after position: LogPosition,
        limit: Int
    ) async throws(ReadModelError) -> [LoggedFact] {
        let recent = tail?.elements(in: partition, after: position.value, limit: limit)
        // With nothing newer in the tail, only the store knows whether there is anything.
        if let recent, !recent.isEmpty { return recent }
        let events: [StoredEvent]
        do throws(StoreError) {
            events = try await log.events(in: partition, after: position, limit: limit)
        } catch {
            throw .store(error)
        }
        var reader = OutcomeFactReader()
        var facts: [LoggedFact] = []
        facts.reserveCapacity(events.count)
        for event in events {
            do throws(SchemaError) {
                facts.append(try LoggedFact(event, &reader))
            } catch {
                guard facts.isEmpty else { return facts }
                throw .failure(
                    ProjectionFailure(
                        partition: partition,
                        position: event.position,
                        reason: "the event cannot be read: \(error)"
                    )
                )
            }
        }
        return facts
    }

    /// Where partitions stand in the store.
    public func states(
        of partitions: [Partition]
    ) async throws(StoreError) -> [Partition: PartitionState] {
        try await log.state(of: partitions)
    }
}
