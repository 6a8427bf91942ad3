// SPDX-License-Identifier: Apache-2.0

public import EventStore

/// Where a rebuild takes place: the copy that is read, the one that is built beside it, and what is
/// durably known of both.
///
/// One rebuild drives a site at a time; readers and the live projection go on all the while.
public protocol RebuildSite: Sendable {
    /// The projection's name.
    var projection: String { get }

    /// Why a rebuild cannot begin at all at the moment; nil when it can.
    var hindrance: String? { get }

    /// What is durably known.
    func record() async throws(StoreError) -> RebuildRecord

    /// Writes down what is to be known after a kill.
    func write(_ record: RebuildRecord) async throws(StoreError)

    /// The copy that is built, empty if there was none: the same folds on other rows.
    func copy() async throws(StoreError) -> any ReadModel

    /// How far the live copy has got: the built one never goes beyond.
    func liveCheckpoints() async throws(StoreError) -> [Partition: LogPosition]

    /// Gives the copy, once its rows are there, everything that reading needs.
    ///
    /// - Throws: `.failure` when the rows break a rule that only shows then, or a fault of the store.
    func complete() async throws(RebuildObstacle)

    /// Compares both copies row by row, at the same checkpoints, in a snapshot that holds up nobody.
    ///
    /// - Parameters:
    ///   - catchUp: Brings the copy to exactly these checkpoints.
    ///   - isInterrupted: Asked now and then; true ends the comparison.
    /// - Returns: How both compare, with the first rows that differ.
    /// - Throws: `.interrupted`, what `catchUp` throws, or a fault of the store.
    func compare(
        catchUp: @Sendable ([Partition: LogPosition]) async throws(RebuildObstacle) -> Void,
        isInterrupted: @escaping @Sendable () -> Bool
    ) async throws(RebuildObstacle) -> ReadModelComparison

    /// Puts the copy in the place of the live one, in one transaction; the old one is kept.
    ///
    /// The live projection writes nothing meanwhile: the copy is brought to exactly its checkpoints
    /// first.
    /// - Parameters:
    ///   - record: What is written in the same transaction.
    ///   - catchUp: Brings the copy to exactly these checkpoints.
    /// - Throws: What `catchUp` throws, or a fault of the store; then nothing has changed.
    func swap(
        recording record: RebuildRecord,
        catchUp: @Sendable ([Partition: LogPosition]) async throws(RebuildObstacle) -> Void
    ) async throws(RebuildObstacle)

    /// Removes the copy that is not read, old or half built, and what is known of the rebuild.
    func drop() async throws(StoreError)
}

/// Why a rebuild does not go on at the moment.
public enum RebuildObstacle: Error, Hashable, Sendable {
    /// The store did not do it; it may another time.
    case store(StoreError)
    /// The live copy does not say how far it has got, so that there is nothing to catch up with.
    case live(StoreError)
    /// A fact cannot be applied.
    case failure(ProjectionFailure)
    /// An order has come, or the service shuts down.
    case interrupted

    /// Names what stood against a batch.
    public init(_ error: ReadModelError) {
        switch error {
        case .store(let fault): self = .store(fault)
        case .failure(let failure): self = .failure(failure)
        }
    }
}
