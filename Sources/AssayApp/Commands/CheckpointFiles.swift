// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import EventStore
import ExactValues
import Foundation
import Logging
import OutcomeRuntime
import TransparencyLog

/// `assay checkpoints`: what an auditor keeps, and signing a store that is not being served.
public enum CheckpointFiles {
    /// Writes the latest checkpoint of each partition, and the keys, to a file or a line.
    ///
    /// - Parameters:
    ///   - file: Where to; nil says it.
    ///   - configuration: Which store.
    ///   - say: Takes each line.
    /// - Throws: `CommandFailure` when the store cannot be read or the file not be written.
    public static func export(
        to file: String?,
        _ configuration: AssayConfiguration,
        say: (String) -> Void
    ) async throws {
        let store = try await StoreDesk.openForReading(configuration)
        let export: CheckpointExport
        do throws(StoreError) {
            export = try await CheckpointExport.read(from: store, at: SystemWallClock().now())
        } catch {
            await store.close()
            throw CommandFailure("The store cannot be read: \(error).")
        }
        await store.close()
        guard let file else { return say(String(decoding: export.json, as: UTF8.self)) }
        let url = URL(fileURLWithPath: file)
        do {
            try Data(export.json + [0x0A]).write(to: url, options: .atomic)
        } catch {
            throw CommandFailure(
                "The file \(file) cannot be written: \(error.localizedDescription)."
            )
        }
        let partitions = export.checkpoints.count.counted("partition")
        say("\(file) has the checkpoints of \(partitions) of \(export.log). Keep it elsewhere.")
    }

    /// Signs everything in a store that is not being served.
    ///
    /// `say`: Takes each line.
    /// - Throws: `CommandFailure` when the store or the key cannot be used, or the log is not what its
    ///   checkpoints say.
    public static func sign(
        _ configuration: AssayConfiguration,
        say: (String) -> Void
    ) async throws {
        let file = try configuration.signingKeyFile
        let count = try await withStore(configuration) { store in
            let clock = SystemWallClock()
            _ = try file.prepare(log: store.logName, now: clock.now())
            let partitions =
                store.partitioning.outcomePartitions + [store.partitioning.catalogPartition]
            let keeper = CheckpointKeeper(
                log: store,
                partitioning: store.partitioning,
                feed: HashFeed(),
                keys: WatchedSigningKey(file: file, log: store.logName),
                surroundings: CheckpointKeeper.Surroundings(
                    owned: { Set(partitions) },
                    heads: { [:] },
                    now: { clock.now() }
                ),
                settings: configuration.checkpoints,
                logger: Logger(label: "assay")
            )
            guard await keeper.finish() else {
                let troubles = keeper.health.troubles.joined(separator: "; ")
                throw CommandFailure("Not everything is signed: \(troubles).")
            }
            return try await store.latestCheckpoints(of: partitions).count
        }
        say("Every event of \(count.counted("partition")) is under a signed checkpoint.")
    }

    private static func withStore<Result: Sendable>(
        _ configuration: AssayConfiguration,
        _ work: (any EngineStore) async throws -> Result
    ) async throws -> Result {
        let store = try await StoreDesk.open(
            configuration,
            mustExist: true,
            instead: "a server signs by itself, at the latest when it ends"
        )
        do {
            let result = try await work(store)
            await store.close()
            return result
        } catch {
            await store.close()
            guard let error = error as? StoreError else { throw error }
            throw CommandFailure("The store cannot be read or written: \(error).")
        }
    }
}
