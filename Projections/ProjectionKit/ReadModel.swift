// SPDX-License-Identifier: Apache-2.0

public import EventSchema
public import EventStore

/// One read model: rows folded from the facts of the log, and how far it has got.
///
/// It can be thrown away and built again from the log at any time; nothing else writes to it.
public protocol ReadModel: Sendable {
    /// Names the projection in checkpoints, metrics and health; never changes.
    static var name: String { get }

    /// The last place of each partition that is in the rows; an absent partition is at its start.
    func checkpoints() async throws(StoreError) -> [Partition: LogPosition]

    /// Folds facts into the rows and moves the checkpoints, in one transaction.
    ///
    /// Facts of one partition come in order and without gaps. Facts at or before a stored
    /// checkpoint are passed over, so that applying a batch twice changes nothing.
    /// - Parameters:
    ///   - facts: Facts of any number of partitions.
    ///   - checkpoints: The last place of each partition that is in `facts`.
    /// - Throws: `.store` when nothing was written, or when that cannot be known: try again.
    ///   `.failure` when a fact cannot be applied: nothing was written, and trying again is no use.
    func apply(
        _ facts: [LoggedFact],
        checkpoints: [Partition: LogPosition]
    ) async throws(ReadModelError)
}

/// Why a batch was not applied.
public enum ReadModelError: Error, Hashable, Sendable {
    /// The store did not do it; it may another time.
    case store(StoreError)
    /// A fact cannot be applied, and never will be.
    case failure(ProjectionFailure)

    var isFinal: Bool {
        if case .failure = self { true } else { false }
    }
}
