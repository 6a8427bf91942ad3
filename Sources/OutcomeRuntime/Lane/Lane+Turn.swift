// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import Logging
import Metrics
import OutcomeDomain
import Tracing

// MARK: One turn

/// How much a turn had to do.
enum TurnWork: Comparable, Sendable {
    case nothing
    /// Less than its bounds allow: there is hardly more.
    case some
    /// As much as its bounds allow: there may be more.
    case full
}

extension Lane {
    /// A turn carries out at most so many erasures a partition: each flushes by itself, and what was
    /// accepted beside it waits.
    static let turnLimitErasures = 8

    /// Processes one batch of records of these partitions, then what has become due in them.
    ///
    /// - Returns: How much there was to do.
    func turn(of partitions: [Partition]) async throws(StoreError) -> TurnWork {
        let processed = try await processRecords(of: partitions)
        let settled = try await settleDue(in: partitions)
        registry.passivate()
        meters.active.record(registry.count)
        return max(processed, settled)
    }

    /// - Returns: How many records there were.
    private func processRecords(of partitions: [Partition]) async throws(StoreError) -> TurnWork {
        let records = try await ingestLog.records(
            after: cursors(of: partitions),
            limit: configuration.batchLimitRecords,
            limitBytes: configuration.batchLimitBytes
        )
        guard !records.isEmpty else { return .nothing }
        let start = ContinuousClock.now
        let takenAt = clock.now()
        let decoded = records.mapValues { $0.map { DecodedRecord($0, takenAt: takenAt) } }
        let work = decoded.mapValues(Self.part)
        let span = tracing.turn(work.values)
        defer { span?.end() }
        do throws(StoreError) {
            try await process(work)
        } catch {
            span?.fail(error)
            throw error
        }
        let count = work.values.reduce(0) { $0 + $1.count }
        meters.turnRecords.record(count)
        meters.processed.increment(by: count)
        meters.turnTime.record(duration: ContinuousClock.now - start)
        let isCut = count < records.values.reduce(0) { $0 + $1.count }
        return isCut || count >= configuration.batchLimitRecords ? .full : .some
    }

    /// What one turn does of a partition's records: it ends behind the last erasure it may carry out.
    private static func part(of records: [DecodedRecord]) -> [DecodedRecord] {
        var erasures = 0
        for (index, record) in records.enumerated() {
            guard case .success(.erasure) = record.payload else { continue }
            erasures += 1
            if erasures == turnLimitErasures { return Array(records[...index]) }
        }
        return records
    }

    private func process(_ work: [Partition: [DecodedRecord]]) async throws(StoreError) {
        let catalogs = try await catalogs(for: work)
        try await activate(streams(of: work))
        try await erase(in: work)
        batch += 1
        let before = runs
        var turn = Turn()
        for (partition, records) in work {
            process(records, in: partition, catalogs: catalogs, into: &turn)
        }
        do throws(StoreError) {
            try await commit(&turn)
        } catch {
            // The clocks had moved with the records; they move again when these are processed.
            for (partition, run) in before {
                runs[partition]?.undo(to: run)
            }
            forgetClocks(of: Array(work.keys))
            throw error
        }
        for (partition, reason) in turn.stops {
            halt(partition, because: reason)
        }
    }

    /// Carries out the erasures, before the cursor moves behind them.
    private func erase(in work: [Partition: [DecodedRecord]]) async throws(StoreError) {
        for record in work.values.joined() {
            guard case .success(.erasure(let erasure)) = record.payload else { continue }
            try await eraser.erase(erasure, asked: record.record)
        }
    }

    private func cursors(of partitions: [Partition]) -> [Partition: IngestPosition] {
        var cursors: [Partition: IngestPosition] = [:]
        cursors.reserveCapacity(partitions.count)
        for partition in partitions {
            cursors[partition] = runs[partition]?.state.cursor
        }
        return cursors
    }

    private func streams(of work: [Partition: [DecodedRecord]]) -> [Partition: [StreamID]] {
        var wanted: [Partition: [StreamID]] = [:]
        var seen: Set<StreamID> = []
        for (partition, records) in work {
            for record in records {
                guard let stream = record.stream, seen.insert(stream).inserted else { continue }
                if registry.actor(of: stream) == nil {
                    wanted[partition, default: []].append(stream)
                }
            }
        }
        return wanted
    }

    /// The catalogs the records are judged by; each at least at the version its records carry.
    private func catalogs(
        for work: [Partition: [DecodedRecord]]
    ) async throws(StoreError) -> [AccountID: Catalog] {
        var versions: [AccountID: Int] = [:]
        for records in work.values {
            for record in records {
                let known = versions[record.record.account, default: 0]
                versions[record.record.account] = max(known, record.record.catalogVersion)
            }
        }
        var catalogs: [AccountID: Catalog] = [:]
        for (account, version) in versions {
            guard
                let catalog = try await self.catalogs.catalog(of: account, atLeast: version)
            else {
                throw StoreError(.unavailable, detail: "catalog version \(version) is not here yet")
            }
            catalogs[account] = catalog
        }
        return catalogs
    }

    /// Rehydrates actors with one bulk read.
    func activate(_ wanted: [Partition: [StreamID]]) async throws(StoreError) {
        guard !wanted.isEmpty else { return }
        let found = try await eventLog.outcomes(wanted)
        for (partition, streams) in wanted {
            for stream in streams {
                registry.activate(
                    OutcomeActor(
                        stream: stream,
                        in: partition,
                        fold: found[stream] ?? OutcomeFold(),
                        executor: executor
                    )
                )
            }
        }
    }
}

// MARK: Records

/// An ingest record with what it asks, as far as it can be read.
///
/// A class, since a turn hands each from hand to hand.
final class DecodedRecord: Sendable {
    let record: IngestRecord
    let payload: Result<IngestPayload, SchemaError>
    /// The stream it is for; nil for a record that is about no outcome.
    let stream: StreamID?
    /// When the lane had read it.
    let takenAt: Timestamp

    init(_ record: IngestRecord, takenAt: Timestamp) {
        self.record = record
        self.takenAt = takenAt
        do {
            let payload = try IngestPayload(decoding: record.payload)
            stream = payload.key.map { .outcome(record.account, $0.text) }
            self.payload = .success(payload)
        } catch {
            stream = nil
            payload = .failure(error)
        }
    }

    var clock: TimerClock { record.isSandbox ? .sandbox(record.account) : .live }

    /// The id of the request behind an advance of a test clock; nil for any other record.
    var advancingRequest: String? {
        guard case .success(.clockAdvanced) = payload else { return nil }
        return record.origin.request
    }
}

extension Lane {
    private func process(
        _ records: [DecodedRecord],
        in partition: Partition,
        catalogs: [AccountID: Catalog],
        into turn: inout Turn
    ) {
        guard var run = runs[partition] else { return }
        let reading = clock.read()
        for record in records {
            guard case .success(let payload) = record.payload else {
                // What stands before it is committed first.
                turn.stop(
                    partition,
                    because: "record \(record.record.receipt.position) cannot be read"
                )
                break
            }
            if case .value(let value) = payload {
                write(value, of: record, in: run, at: stamp(record, reading, &run), into: &turn)
            } else if let stream = record.stream, let catalog = catalogs[record.record.account] {
                let version = record.record.catalogVersion
                let stamp = stamp(record, reading, &run)
                carryOut(record, payload, on: stream, in: run, at: stamp, into: &turn) { signal in
                    catalog.routing(for: signal, at: version)
                }
            }
            run.processed(record.record, advancedBy: record.advancingRequest)
            turn.took(payload, in: partition)
            turn.moveCursor(of: run, to: record.record.receipt.position)
        }
        runs[partition] = run
    }

    /// When what comes of a record is recorded.
    private func stamp(
        _ record: DecodedRecord,
        _ reading: ClockReading,
        _ run: inout PartitionRun
    ) -> Timestamp {
        let receivedAt = record.record.receipt.receivedAt
        return record.record.isSandbox
            ? receivedAt : run.stamp(reading, notBefore: receivedAt)
    }

    private func carryOut(
        _ record: DecodedRecord,
        _ payload: IngestPayload,
        on stream: StreamID,
        in run: PartitionRun,
        at recordedAt: Timestamp,
        into turn: inout Turn,
        routing: @Sendable (Signal) -> Routing
    ) {
        guard let actor = registry.actor(of: stream),
            let command = OutcomeCommand(payload, receipt: record.record.receipt)
        else { return }
        let receipt = record.record.receipt
        let context = context(of: record, at: recordedAt)
        let position = turn.nextPosition(in: run)
        let written = actor.assumeIsolated { actor in
            actor.carryOut(
                command,
                in: TurnPlace(
                    partition: run.partition,
                    context: context,
                    clock: record.clock
                ),
                from: position,
                metadata: payload.metadata(of: receipt.eventID),
                routing: routing
            )
        }
        noteWait(of: record, until: recordedAt)
        turn.add(written, by: actor, clock: record.clock, to: run)
    }

    /// What the envelope of a record's facts says of this run.
    func context(of record: DecodedRecord, at recordedAt: Timestamp) -> EnvelopeContext {
        EnvelopeContext(
            node: node,
            batch: batch,
            recordedAt: recordedAt,
            trace: record.record.trace,
            passage: EventPassage(
                acceptance: Acceptance(record.record),
                takenAt: record.takenAt,
                decidedAt: clock.now()
            )
        )
    }

    func noteWait(of record: DecodedRecord, until recordedAt: Timestamp) {
        guard !record.record.isSandbox else { return }
        meters.waiting.record(
            microseconds: recordedAt.microseconds(since: record.record.receipt.receivedAt)
        )
    }
}

extension OutcomeCommand {
    /// What a record asks of its outcome; nil for one that is about none.
    init?(_ payload: IngestPayload, receipt: IngestReceipt) {
        switch payload {
        case .signal(let signal):
            self = .submit(Signal(signal, receipt: receipt))
        case .redrive(let redrive):
            self = .redrive(
                Redrive(
                    eventID: redrive.eventID,
                    at: receipt.receivedAt,
                    cause: Cause(receipt, author: redrive.author),
                    reason: redrive.reason
                )
            )
        case .discard(let discard):
            self = .discard(
                Discard(
                    eventID: discard.eventID,
                    at: receipt.receivedAt,
                    cause: Cause(receipt, author: discard.author),
                    reason: discard.reason
                )
            )
        case .clockAdvanced, .erasure, .value:
            return nil
        }
    }
}

extension Cause {
    init(_ receipt: IngestReceipt, author: Text) {
        self.init(position: receipt.position, eventID: receipt.eventID, author: author)
    }
}

extension Signal {
    /// The signal of an accepted event.
    init(_ payload: SignalPayload, receipt: IngestReceipt) {
        self.init(
            eventID: receipt.eventID,
            position: receipt.position,
            receivedAt: receipt.receivedAt,
            action: payload.action,
            customer: payload.customer,
            agent: payload.agent,
            value: payload.value,
            attribution: payload.attribution,
            settlesAt: payload.settlesAt,
            occurredAt: payload.occurredAt,
            idempotencyKey: payload.idempotencyKey
        )
    }
}

extension IngestPayload {
    /// The outcome key it is about; nil for a record that is about none.
    var key: OutcomeKey? {
        switch self {
        case .signal(let signal): signal.key
        case .redrive(let redrive): redrive.key
        case .discard(let discard): discard.key
        case .clockAdvanced, .erasure, .value: nil
        }
    }

    func metadata(of eventID: EventID) -> SignalMetadata? {
        guard case .signal(let signal) = self, signal.metadata != .empty else { return nil }
        return SignalMetadata(eventID: eventID, slot: signal.metadata)
    }
}

extension Timer {
    /// Records a span of time that may be negative where clocks differ; it then counts as none.
    func record(microseconds: Int64) {
        recordNanoseconds(max(0, microseconds) * 1000)
    }
}
