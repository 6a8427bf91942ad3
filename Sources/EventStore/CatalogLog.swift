// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// The port to the catalog streams: one stream per account, its version the catalog version.
public protocol CatalogLog: Sendable {
    /// Appends one event to an account's stream if the stream is at `expectedVersion`.
    ///
    /// The partition's place is handed out under its head's lock; `form` makes the stored event
    /// from that place, inside the transaction.
    /// - Returns: The event as stored, durable.
    /// - Throws: `.conflict` when the stream is at another version.
    func appendCatalog(
        account: AccountID,
        expectedVersion: Int,
        form: @escaping @Sendable (LogPosition, Digest) -> StoredEvent
    ) async throws(StoreError) -> StoredEvent

    /// An account's stream after a version; empty when there is nothing more.
    func catalogEvents(
        of account: AccountID,
        after version: Int
    ) async throws(StoreError) -> [StoredEvent]

    /// The ids of all accounts, in order of creation.
    func accounts() async throws(StoreError) -> [AccountID]
}

extension CatalogLog where Self: EventLog & LogIndex {
    /// An account's stream after a version; empty when there is nothing more.
    public func catalogEvents(
        of account: AccountID,
        after version: Int
    ) async throws(StoreError) -> [StoredEvent] {
        try await events(
            in: partitioning.catalogPartition,
            of: .catalog(account),
            after: version,
            limit: .max
        )
    }
}
