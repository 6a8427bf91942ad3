// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import Checkpoints
import EventStore

// How far the log, its checkpoints and the ledger go.
extension EvidenceCollector {
    /// The ledger is looked at so often until it has what the checkpoints have.
    private static let ledgerLimitLooks = 20
    private static let ledgerPauseMilliseconds = 250

    /// How far a bundle goes in each partition that is not empty.
    struct Extent: Sendable {
        /// Where the partitions ended when it was asked for.
        let heads: [Partition: LogPosition]
        let checkpoints: [Partition: StoredCheckpoint]
    }

    /// How far a bundle over these partitions and the catalogs goes.
    ///
    /// `isWhole`: Whether everything up to this moment has to be signed, and booked.
    func extent(
        of partitions: [Partition],
        isWhole: Bool
    ) async throws(EvidenceRefusal) -> Extent {
        let heads = try await heads(of: partitions + [partitioning.catalogPartition])
        let checkpoints = try await checkpoints(over: heads, isWhole: isWhole)
        if isWhole { try await awaitLedger(through: checkpoints, of: partitions) }
        return Extent(heads: heads, checkpoints: checkpoints)
    }

    /// Refuses when a checkpoint has fewer leaves than somebody has kept: then the log is not the one
    /// that it was, and a bundle that passes over it in silence would be taken for a whole one.
    func refuseShorter(
        _ extent: Extent,
        than earlier: [KeptTree],
        in partitions: [Partition]
    ) throws(EvidenceRefusal) {
        for partition in partitions {
            let origin = trees.origin(of: partition)
            let size = extent.checkpoints[partition]?.size ?? 0
            if earlier.contains(where: { $0.origin == origin && $0.size > size }) {
                throw .shorter(partition, size: size)
            }
        }
    }

    private func heads(
        of partitions: [Partition]
    ) async throws(EvidenceRefusal) -> [Partition: LogPosition] {
        let states = try await EvidenceRefusal.asking { () async throws(StoreError) in
            try await eventLog.state(of: partitions)
        }
        return states.mapValues(\.head).filter { $0.value > .start }
    }

    /// A checkpoint of each partition that has all its events up to its head.
    ///
    /// `isWhole`: Whether each has to reach that far, but for that of the catalogs. Otherwise the
    /// latest one is taken where none that does can be had: a busy partition of another node always
    /// has some events that are not signed yet, and what is asked for need not be among them.
    private func checkpoints(
        over heads: [Partition: LogPosition],
        isWhole: Bool
    ) async throws(EvidenceRefusal) -> [Partition: StoredCheckpoint] {
        var checkpoints: [Partition: StoredCheckpoint] = [:]
        for (partition, head) in heads.sorted(by: { $0.key < $1.key }) {
            let mayEndBefore = !isWhole || partition == partitioning.catalogPartition
            let found = try await EvidenceRefusal.asking {
                () async throws(StoreError) -> StoredCheckpoint? in
                if let found = try await covering(head, partition) { return found }
                guard mayEndBefore else { return nil }
                return try await trees.log.latestCheckpoints(of: [partition])[partition]
            }
            guard let found else { throw .pending(partition) }
            checkpoints[partition] = found
        }
        return checkpoints
    }

    /// Waits until the ledger's read model has every event that the checkpoints have: a posting that
    /// it lacks would be left out of a period without a word.
    private func awaitLedger(
        through checkpoints: [Partition: StoredCheckpoint],
        of partitions: [Partition]
    ) async throws(EvidenceRefusal) {
        guard let ledger else { throw .unknown }
        for look in 1...Self.ledgerLimitLooks {
            let booked = try await EvidenceRefusal.asking { () async throws(StoreError) in
                try await ledger.checkpoints()
            }
            let behind = partitions.first { partition in
                guard let signed = checkpoints[partition] else { return false }
                return booked[partition, default: .start].value < signed.size
            }
            guard let behind else { return }
            guard look < Self.ledgerLimitLooks, !Task.isCancelled else { throw .behind(behind) }
            try? await Task.sleep(for: .milliseconds(Self.ledgerPauseMilliseconds))
        }
    }
}
