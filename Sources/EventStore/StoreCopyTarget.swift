// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// The port to a store that is being made as a copy of another, and serves nobody until it is
/// released.
///
/// What is written is durable, a partition's part at a time. Writing what is there already changes
/// nothing, so a copy may be interrupted anywhere and go on.
public protocol StoreCopyTarget: Sendable {
    /// What is there so far.
    var contents: any StoreContents { get }

    /// The state of the source that the copy so far is part of; see `accept`.
    var level: Digest { get }

    /// The last of what was written to a partition, each kind in the order of `StoreContents`.
    func progress(in partition: Partition) async throws(StoreError) -> CopyProgress

    /// Appends events and timers to a partition; its cursor stays.
    func append(_ turn: PartitionAppend) async throws(StoreError)

    /// Adds claims of one partition.
    func add(_ claims: [StoredClaim], in partition: Partition) async throws(StoreError)

    /// Adds waiting records of one partition.
    func add(_ records: [IngestRecord], in partition: Partition) async throws(StoreError)

    /// Adds test clocks of one partition.
    func add(_ clocks: [SandboxClock], in partition: Partition) async throws(StoreError)

    /// Adds a partition's next checkpoint; its epoch is the target's own.
    func add(_ checkpoint: CheckpointAppend) async throws(StoreError)

    /// Adds the keys that have signed.
    func add(_ keys: [StoredSigningKey]) async throws(StoreError)

    /// Adds sealing keys of one partition; one that the source has destroyed since is destroyed here.
    func add(_ keys: [SealingKeyRecord], in partition: Partition) async throws(StoreError)

    /// Puts heads, cursor and live clock where the source has them; the head of the event log moves
    /// with its events, and the epoch is the target's own.
    func set(_ heads: PartitionHeads) async throws(StoreError)

    /// Removes what a source that is served again removes or changes: waiting records, test clocks
    /// and timers of a partition.
    func clearPassing(in partition: Partition) async throws(StoreError)

    /// Takes note that everything written so far is part of this state of the source; zero is none.
    ///
    /// What was sent before and is carried out later does nothing.
    func accept(_ level: Digest) async throws(StoreError)

    /// Lets the store be served. Nothing is written through this port any more.
    func release() async throws(StoreError)

    /// Ends the copying, finished or not.
    func close() async
}

/// How far a partition has been copied.
public struct CopyProgress: Hashable, Sendable {
    /// The scope of the last claim.
    public let claim: ClaimMark?
    /// The last waiting record.
    public let record: IngestPosition?
    /// The account of the last test clock.
    public let clock: AccountID?
    /// The last timer.
    public let timer: DueTimer?

    /// Puts progress together.
    public init(
        claim: ClaimMark?,
        record: IngestPosition?,
        clock: AccountID?,
        timer: DueTimer?
    ) {
        self.claim = claim
        self.record = record
        self.clock = clock
        self.timer = timer
    }
}
