// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import EventStore
import EvidenceCollection
import ExactValues
import OutcomeRuntime
import Testing
import TransparencyLog

@testable import HTTPAPI

/// One key for a test.
private struct OneKey: SigningKeySource {
    let identity: SigningIdentity

    init(log: String) throws {
        let signer = try #require(NoteSigner.generate(name: log))
        let note = try KeyRegistration.sign(
            log: log,
            signer,
            after: nil,
            since: Timestamp.earliest.adding(seconds: 1)
        )
        identity = SigningIdentity(signer: signer, registrations: [note])
    }

    func current() async throws -> SigningIdentity { identity }
}

extension World {
    /// Signs everything that is in the world's store.
    func sign() async throws {
        let log = try #require(services.trees.log as? any EventLog & CheckpointLog)
        let partitions = services.outcomes.partitions
        let keeper = CheckpointKeeper(
            log: log,
            partitioning: try #require(Partitioning(count: partitions.count - 1)),
            feed: HashFeed(),
            keys: try OneKey(log: log.logName),
            surroundings: CheckpointKeeper.Surroundings(
                owned: { Set(partitions) },
                heads: { [:] },
                now: { Timestamp.earliest.adding(seconds: 5) }
            ),
            settings: CheckpointSettings(),
            logger: services.logger
        )
        #expect(await keeper.finish())
    }
}

extension EvidenceCollector {
    /// What makes bundles from checkpoints that the test has signed.
    static func collecting(
        from store: any EventLog & CheckpointLog & LogIndex
    ) throws -> EvidenceCollector {
        let signer = try #require(NoteSigner.generate(name: store.logName))
        let trees = TreeReader(store)
        return EvidenceCollector(
            eventLog: store,
            trees: trees,
            partitioning: store.partitioning,
            ledger: nil,
            covering: { position, partition throws(StoreError) in
                try await trees.checkpoint(covering: position, in: partition)
            },
            signer: { signer }
        )
    }
}
