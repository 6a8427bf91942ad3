// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// The port to everything a store holds, in pages, each in an order that is the same in every store.
///
/// Pages fit together only while nobody writes to the store.
public protocol StoreContents: EventLog, IngestLog, LogIndex, CheckpointLog, SealingKeys {
    /// Where each partition stands, in order; the last one is that of the catalogs.
    func partitionHeads() async throws(StoreError) -> [PartitionHeads]

    /// The number of streams of a partition.
    func streamCount(in partition: Partition) async throws(StoreError) -> Int

    /// Streams of a partition after one of them, by fingerprint and number, at most `limit`.
    func streams(
        in partition: Partition,
        after stream: StoredStream?,
        limit: Int
    ) async throws(StoreError) -> [StoredStream]

    /// Idempotency claims of a partition after a scope, by scope, at most `limit`.
    func claims(
        in partition: Partition,
        after scope: ClaimMark?,
        limit: Int
    ) async throws(StoreError) -> [StoredClaim]

    /// Test clocks of a partition after an account, by account, at most `limit`.
    func sandboxClocks(
        in partition: Partition,
        after account: AccountID?,
        limit: Int
    ) async throws(StoreError) -> [SandboxClock]

    /// Timers of a partition after one of them, at most `limit`: by clock, then by time, then by
    /// the age of their streams.
    func timers(
        in partition: Partition,
        after timer: DueTimer?,
        limit: Int
    ) async throws(StoreError) -> [DueTimer]

    /// Sealing keys of a partition after a name, by name, at most `limit`; destroyed ones and closed
    /// generations included.
    func sealingKeys(
        in partition: Partition,
        after name: SealingKeyName?,
        limit: Int
    ) async throws(StoreError) -> [SealingKeyRecord]
}

/// Where both logs of a partition stand, and its live clock.
public struct PartitionHeads: Hashable, Sendable {
    /// The partition.
    public let partition: Partition
    /// The last place of the ingest log.
    public let ingestHead: IngestPosition
    /// The live clock; the beginning of time before the first record.
    public let liveClock: Timestamp
    /// Where the event log stands.
    public let state: PartitionState

    /// Puts heads together.
    public init(
        partition: Partition,
        ingestHead: IngestPosition,
        liveClock: Timestamp,
        state: PartitionState
    ) {
        self.partition = partition
        self.ingestHead = ingestHead
        self.liveClock = liveClock
        self.state = state
    }
}

/// A stream as its table has it.
public struct StoredStream: Hashable, Sendable {
    /// The stream.
    public let stream: StreamID
    /// Its number, which grows with time within a partition.
    public let number: Int64
    /// The fingerprint it is found by; that of the stream, unless the store is damaged.
    public let fingerprint: Int64

    /// Takes a row.
    public init(stream: StreamID, number: Int64, fingerprint: Int64) {
        self.stream = stream
        self.number = number
        self.fingerprint = fingerprint
    }
}

/// An idempotency claim, and the record that holds it.
public struct StoredClaim: Hashable, Sendable {
    /// Of account, outcome key and idempotency key.
    public let scope: ClaimMark
    /// Of the compared fields of the body.
    public let body: ClaimMark
    /// The record that holds it.
    public let receipt: IngestReceipt

    /// Puts a claim together.
    public init(scope: ClaimMark, body: ClaimMark, receipt: IngestReceipt) {
        self.scope = scope
        self.body = body
        self.receipt = receipt
    }
}

/// A sandbox account's test clock.
public struct SandboxClock: Hashable, Sendable {
    /// Whose clock it is.
    public let account: AccountID
    /// What it says.
    public let now: Timestamp

    /// Puts a clock together.
    public init(account: AccountID, now: Timestamp) {
        self.account = account
        self.now = now
    }
}
