// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import EventStore
import Logging
import OutcomeRuntime
import ProjectionKit

extension Engine {
    /// What signs checkpoints of the partitions that this node runs; nil where none are made.
    ///
    /// The key is read, or made, before anything runs: what is wrong with it shows at the start.
    /// - Throws: `CommandFailure` when the key cannot be used.
    static func checkpoints(
        _ store: any EngineStore,
        _ feed: HashFeed,
        _ board: ProgressBoard,
        _ clock: SystemWallClock,
        _ leases: LeaseKeeper?,
        _ configuration: AssayConfiguration,
        _ logger: Logger
    ) throws -> CheckpointKeeper? {
        guard configuration.checkpoints.isOn else { return nil }
        let file = try configuration.signingKeyFile
        let prepared = try file.prepare(log: store.logName, now: clock.now())
        if let aside = prepared.aside {
            logger.warning(
                "the signing key of another log was put aside",
                metadata: ["file": "\(aside)"]
            )
        }
        return CheckpointKeeper(
            log: store,
            partitioning: store.partitioning,
            feed: feed,
            keys: WatchedSigningKey(file: file, log: store.logName),
            surroundings: CheckpointKeeper.Surroundings(
                owned: { owned(of: store, leases) },
                heads: { board.partitions.mapValues(\.head) },
                now: { clock.now() }
            ),
            settings: configuration.checkpoints,
            logger: logger
        )
    }

    /// The partitions whose checkpoints the node makes: those it runs; and who runs the first one
    /// makes those of the catalogs, which nobody owns.
    private static func owned(of store: any EngineStore, _ leases: LeaseKeeper?) -> Set<Partition> {
        let partitioning = store.partitioning
        guard let leases, let instance = store.leases?.instance else {
            return Set(partitioning.outcomePartitions + [partitioning.catalogPartition])
        }
        let standings = leases.cluster?.partitions ?? [:]
        var owned = Set(standings.filter { $0.value.owner == instance }.keys)
        if owned.contains(Partition(0)) { owned.insert(partitioning.catalogPartition) }
        return owned
    }
}
