// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Synchronization

/// The indexes of the catalogs that bundles were made from lately: catalogs only grow, so that each
/// is read on from where it was left.
final class CatalogIndexes: Sendable {
    /// At most so many are kept; when there is one more, all others are forgotten.
    static let limitAccounts = 64

    private let indexes = Mutex<[AccountID: CatalogIndex]>([:])

    /// An account's index as of now.
    func index(
        of account: AccountID,
        from log: any EventLog,
        in partition: Partition
    ) async throws(EvidenceRefusal) -> CatalogIndex {
        var index = indexes.withLock { $0[account] } ?? CatalogIndex()
        try await index.readOn(account, from: log, in: partition)
        let read = index
        guard read.isSandbox != nil else { return read }
        indexes.withLock { indexes in
            if indexes[account] == nil, indexes.count >= Self.limitAccounts { indexes = [:] }
            guard indexes[account]?.version ?? 0 < read.version else { return }
            indexes[account] = read
        }
        return read
    }
}
