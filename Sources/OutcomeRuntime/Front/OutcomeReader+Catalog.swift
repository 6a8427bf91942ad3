// SPDX-License-Identifier: Apache-2.0

public import CatalogDomain
import EventSchema
public import EventStore
public import ExactValues

/// A change of an account's catalog, with its place in the log.
public struct StoredCatalogChange: Sendable {
    /// The change.
    public let fact: CatalogFact
    /// Its place in the log's partition of the catalogs.
    public let position: LogPosition
    /// The hash of the event.
    public let hash: Digest
}

extension OutcomeReader {
    /// What a request has changed in an account's catalog, in order: the latest changes, at most
    /// `Catalog.requestLimitVersions`.
    ///
    /// `catalog`: The account's.
    public func changes(
        by request: String,
        in catalog: Catalog
    ) async throws(StoreError) -> [StoredCatalogChange] {
        guard let account = catalog.account else { return [] }
        var changes: [StoredCatalogChange] = []
        for version in catalog.versions(by: request) {
            let found = try await eventLog.events(
                in: partitioning.catalogPartition,
                of: .catalog(account),
                after: version - 1,
                limit: 1
            )
            guard let event = found.first, event.version == version else {
                throw StoreError(.damaged, detail: "the catalog lacks version \(version)")
            }
            do throws(SchemaError) {
                let fact = try CatalogEventSchema.fact(from: event).with(request: request)
                changes.append(
                    StoredCatalogChange(fact: fact, position: event.position, hash: event.hash)
                )
            } catch {
                throw StoreError(.damaged, detail: "\(error)")
            }
        }
        return changes
    }
}
