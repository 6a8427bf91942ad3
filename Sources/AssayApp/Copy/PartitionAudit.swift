// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain

/// What one side says of a partition, read back from the first row to the last.
///
/// Knows nothing of the copying: it reads a store and adds up.
struct PartitionAudit: Sendable {
    /// Where the partition stands.
    let heads: PartitionHeads
    /// Streams, as their table counts them.
    let streams: Int
    /// Events with place, stream, version and hash.
    private(set) var events = RunningDigest()
    /// Idempotency claims with their holders.
    private(set) var claims = RunningDigest()
    /// Accepted records that are not processed.
    private(set) var records = RunningDigest()
    /// Test clocks.
    private(set) var clocks = RunningDigest()
    /// Settlement timers.
    private(set) var timers = RunningDigest()
    /// Signed checkpoints, and the roots that make proofs fast.
    private(set) var checkpoints = RunningDigest()
    /// The keys that metadata is sealed with, and those that were destroyed.
    private(set) var keys = RunningDigest()
    /// What the confirmed outcomes come to.
    private(set) var ledger: [Currency: LedgerSum] = [:]
    /// What is wrong with this side by itself; the first fault.
    private(set) var fault: String?

    /// The postings of one currency.
    struct LedgerSum: Hashable, Sendable {
        var postings = 0
        var amount = WideDecimal.zero
    }

    init(heads: PartitionHeads, streams: Int) {
        self.heads = heads
        self.streams = streams
    }

    /// Takes the next event: it must stand at the next place and have the hash of its bytes.
    mutating func add(_ event: StoredEvent) {
        events.add(
            numbers: [event.position.value, Int64(event.version)],
            texts: [event.stream.account.text, Text(event.stream.kind.rawValue), event.stream.key],
            bytes: [event.eventID?.bytes ?? [], event.hash.bytes]
        )
        if event.position.value != Int64(events.count) {
            note("position \(events.count) is missing")
        }
        if event.computedHash != event.hash {
            note("the event at position \(event.position) has not the hash of its bytes")
        }
        guard event.stream.kind == .outcome else { return }
        do {
            let fact = try OutcomeEventSchema.fact(from: event)
            guard case .settled(let settled) = fact.event, let charge = settled.ending.charge else {
                return
            }
            // Each confirmed outcome is booked once, with what its settlement says (SPEC 6).
            ledger[charge.currency, default: LedgerSum()].postings += 1
            ledger[charge.currency, default: LedgerSum()].amount += charge.amount
        } catch {
            note("the event at position \(event.position) cannot be read: \(error)")
        }
    }

    mutating func add(_ claim: StoredClaim) {
        claims.add(
            numbers: [claim.receipt.position.value, claim.receipt.receivedAt.microseconds],
            bytes: [claim.scope.bytes, claim.body.bytes, claim.receipt.eventID.bytes]
        )
    }

    mutating func add(_ record: IngestRecord) {
        records.add(
            numbers: [
                record.receipt.position.value, record.receipt.receivedAt.microseconds,
                Int64(record.catalogVersion), record.isSandbox ? 1 : 0, record.trace == nil ? 0 : 1,
                record.writtenAt.microseconds,
            ],
            texts: [record.account.text, Text(record.trace ?? "")],
            bytes: [record.receipt.eventID.bytes, record.payload, record.origin.bytes]
        )
    }

    mutating func add(_ clock: SandboxClock) {
        clocks.add(numbers: [clock.now.microseconds], texts: [clock.account.text])
    }

    mutating func add(_ timer: DueTimer) {
        var clock: Text = ""
        if case .sandbox(let account) = timer.clock.clock { clock = account.text }
        timers.add(
            numbers: [timer.due.microseconds],
            texts: [clock, timer.stream.account.text, timer.stream.key]
        )
    }

    mutating func add(_ checkpoint: StoredCheckpoint, tiles: [Digest]) {
        checkpoints.add(
            numbers: [checkpoint.size, checkpoint.time.microseconds],
            texts: [Text(checkpoint.note)],
            bytes: [checkpoint.root.bytes] + tiles.map(\.bytes)
        )
    }

    /// Takes the next key; one that is lost is not copied.
    mutating func add(_ key: SealingKeyRecord) {
        guard key.secret != nil || key.isDestroyed else { return }
        keys.add(
            numbers: [Int64(key.name.generation)],
            texts: [key.name.account.text, key.name.customer],
            bytes: [key.id, key.secret ?? []]
        )
    }

    private mutating func note(_ fault: String) { self.fault = self.fault ?? fault }
}
