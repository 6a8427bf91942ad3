// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import Foundation
import OutcomeDomain
import Testing

@testable import SQLiteStore

/// A SQLite store with some of everything, in a directory of its own.
struct Filling: Sendable {
    static let partitions = 3

    let directory: URL
    var path: String { directory.appendingPathComponent("store.db").path }

    /// Makes a store, filled unless told otherwise.
    init(isFilled: Bool = true) async throws {
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("assay-copy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let store = try open()
        if isFilled { try await Self.fill(store) }
        await store.close()
    }

    func open() throws -> SQLiteStore {
        try SQLiteStore.open(path: path, partitions: Self.partitions)
    }

    func remove() { try? FileManager.default.removeItem(at: directory) }

    // MARK: What is in it

    static func account(_ name: String = "one") throws -> AccountID {
        try #require(AccountID("acct_" + name))
    }

    static func time(_ seconds: Int) -> Timestamp {
        Timestamp.earliest.adding(seconds: Int64(seconds))
    }

    static func eventID(_ number: Int, in partition: Partition) -> EventID {
        EventID(
            partition: UInt16(partition.number),
            fingerprint: 1,
            unique: UInt64(number),
            salt: 0
        )
    }

    static func claim(_ number: Int, in partition: Partition) -> IdempotencyClaim {
        IdempotencyClaim(
            scope: Digest.sha256(Array("claim \(number) in \(partition)".utf8)),
            body: Digest.sha256(Array("body \(number)".utf8))
        )
    }

    /// `retry`: Whether it has another id than the draft it is a retry of.
    static func draft(
        _ number: Int,
        in partition: Partition,
        retry: Bool = false
    ) throws -> IngestDraft {
        IngestDraft(
            account: try account(),
            partition: partition,
            eventID: eventID(retry ? number + 10_000 : number, in: partition),
            clock: .live(now: time(100 + number)),
            earliestReceipt: nil,
            claim: number.isMultiple(of: 2) ? claim(number, in: partition) : nil,
            catalogVersion: 7,
            payload: Array("payload \(number)".utf8),
            trace: number.isMultiple(of: 3) ? "trace-\(number)" : nil,
            origin: IngestOrigin(
                node: "one",
                acceptedAt: time(99 + number),
                request: number.isMultiple(of: 2) ? "req_\(number)" : nil
            )
        )
    }

    static func stream(_ number: Int) throws -> StreamID {
        .outcome(try account(), Text("outcome-\(number)"))
    }

    /// Each stream has a dead letter and the settlement of a confirmed outcome at 2.50.
    static func events(
        from first: Int,
        count: Int,
        in partition: Partition,
        after head: LogPosition
    ) throws -> [StoredEvent] {
        var events: [StoredEvent] = []
        for number in first..<(first + count) {
            let id = eventID(number, in: partition)
            let cause = Cause(position: IngestPosition(1), eventID: id)
            let signal = Signal(
                eventID: id,
                position: IngestPosition(1),
                receivedAt: time(100),
                action: try #require(Action("resolved")),
                customer: try #require(CustomerKey("acme"))
            )
            let charge = Charge(
                quantity: WideDecimal(try #require(Decimal("1"))),
                amount: WideDecimal(try #require(Decimal("2.5"))),
                currency: try #require(Currency(number.isMultiple(of: 2) ? "USD" : "EUR"))
            )
            let proof = Proof(truth: [true], decidedBy: [nil])
            let facts: [OutcomeEvent] = [
                .signalDeadLettered(
                    SignalDeadLettered(signal: signal, code: .customerNotFound, parked: false)
                ),
                .settled(OutcomeSettled(ending: .confirmed(charge), proof: proof)),
            ]
            var previous = Digest.zero
            for (index, event) in facts.enumerated() {
                let stored = OutcomeEventSchema.store(
                    OutcomeFact(event: event, time: time(100), cause: cause),
                    stream: try stream(number),
                    version: index + 1,
                    partition: partition,
                    position: LogPosition(head.value + Int64(events.count) + 1),
                    metadata: index == 0 ? .plain(Array("{\"n\":\(number)}".utf8)) : .empty,
                    context: EnvelopeContext(
                        node: "one",
                        batch: 1,
                        recordedAt: time(101),
                        trace: nil
                    ),
                    previous: previous
                )
                previous = stored.hash
                events.append(stored)
            }
        }
        return events
    }
}
