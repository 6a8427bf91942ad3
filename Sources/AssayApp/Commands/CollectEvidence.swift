// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import Checkpoints
import EventStore
public import Evidence
import EvidenceCollection
import ExactValues
import Foundation
import Logging
import NIOPosix
import OutcomeDomain
import OutcomeRuntime
import SQLiteStore
import SystemPackage
import TransparencyLog

/// `assay evidence`: writes an evidence bundle from a store, also beside the server that runs it.
public enum CollectEvidence {
    /// What is asked for.
    public struct Request: Sendable {
        /// Outcome keys, a posting, or a customer and a period.
        public let subject: BundleSubject
        /// Whose; may be left out when the store has one account.
        public let account: String?
        /// The file to write; nil writes to standard output.
        public let file: String?
        /// A file of exported checkpoints that the bundle has to lead on from, or nil.
        public let exported: String?
        /// How long to wait for a checkpoint over the last events; nil is a little more than the
        /// interval at which a server signs.
        public let waitSeconds: Int?

        /// Puts a request together.
        public init(
            subject: BundleSubject,
            account: String?,
            file: String?,
            exported: String?,
            waitSeconds: Int?
        ) {
            self.subject = subject
            self.account = account
            self.file = file
            self.exported = exported
            self.waitSeconds = waitSeconds
        }
    }

    /// A checkpoint is looked for so often.
    private static let pollMilliseconds = 250
    /// A server may take so much longer than its interval.
    private static let graceSeconds = 10

    /// Writes a bundle.
    ///
    /// `tell`: Takes what is to be said beside the bundle.
    /// - Throws: `CommandFailure` when there is nothing of that name, or something cannot be read,
    ///   signed or written.
    public static func run(
        _ request: Request,
        configuration: AssayConfiguration,
        tell: @escaping @Sendable (String) -> Void
    ) async throws {
        let earlier = try request.exported.map {
            try VerifyBundle.checkpoints(in: $0).map { KeptTree($0.checkpoint) }
        }
        let store = try await StoreDesk.openForReading(configuration)
        do {
            try await collect(request, earlier ?? [], from: store, configuration, tell)
            await store.close()
        } catch {
            await store.close()
            throw sentence(for: error, request, configuration)
        }
    }

    private static func collect(
        _ request: Request,
        _ earlier: [KeptTree],
        from store: any ReadableStore,
        _ configuration: AssayConfiguration,
        _ tell: @escaping @Sendable (String) -> Void
    ) async throws {
        let account = try await store.account(named: request.account)
        let views = try await views(for: request.subject, of: store, configuration, tell)
        let trees = TreeReader(store)
        let key = try configuration.signingKeyFile
        let log = store.logName
        let collector = EvidenceCollector(
            eventLog: store,
            trees: trees,
            partitioning: store.partitioning,
            ledger: views?.billingLedger,
            covering: covering(trees, request, configuration, tell),
            signer: {
                try await NIOThreadPool.singleton.runIfActive { try key.read(log: log).signer }
            }
        )
        let output = try BundleOutput(to: request.file)
        do {
            try await collector.collect(
                request.subject,
                of: account,
                at: SystemWallClock().now(),
                after: earlier
            ) { try await output.write($0) }
            try await output.finish()
        } catch {
            output.giveUp()
            await views?.close()
            throw error
        }
        await views?.close()
        if let file = request.file {
            let keys = try key.read(log: log).signer.verifierKey
            tell("\(file) is written. Check it, here or anywhere, with")
            tell("  assay verify \(file) --key '\(keys)'")
        }
    }

    /// The ledger's read model: needed for postings and periods, held against the log in any case.
    private static func views(
        for subject: BundleSubject,
        of store: any ReadableStore,
        _ configuration: AssayConfiguration,
        _ tell: (String) -> Void
    ) async throws -> SQLiteReadModels? {
        do {
            return try await StoreDesk.openViewsForReading(
                of: store,
                configuration,
                Logger(label: "assay")
            )
        } catch let failure as CommandFailure {
            guard case .outcomes = subject else { throw failure }
            tell("Postings are told from the log alone: \(failure)")
            return nil
        }
    }

    /// Waits for the server's next checkpoint where the last one does not reach far enough.
    private static func covering(
        _ trees: TreeReader,
        _ request: Request,
        _ configuration: AssayConfiguration,
        _ tell: @escaping @Sendable (String) -> Void
    ) -> EvidenceCollector.Covering {
        let seconds =
            request.waitSeconds ?? configuration.checkpoints.intervalSeconds + graceSeconds
        let deadline = ContinuousClock.now.advanced(by: .seconds(seconds))
        return { position, partition throws(StoreError) in
            var hasTold = false
            while true {
                let found = try await trees.checkpoint(covering: position, in: partition)
                guard found == nil, ContinuousClock.now < deadline, !Task.isCancelled else {
                    return found
                }
                if !hasTold {
                    tell(
                        "Waiting for a checkpoint over the last events of partition \(partition) ..."
                    )
                    hasTold = true
                }
                try? await Task.sleep(for: .milliseconds(pollMilliseconds))
            }
        }
    }

    private static func sentence(
        for error: any Error,
        _ request: Request,
        _ configuration: AssayConfiguration
    ) -> any Error {
        switch error {
        case EvidenceRefusal.unknown:
            CommandFailure("The account has no \(request.subject.noun) of that name.")
        case EvidenceRefusal.pending(let partition):
            CommandFailure(
                "No checkpoint covers the last events of partition \(partition) yet: a server signs "
                    + "one within \(configuration.checkpoints.intervalSeconds) s; where none runs, run "
                    + "assay checkpoints sign and try again."
            )
        case EvidenceRefusal.behind(let partition):
            CommandFailure(
                "The ledger's read model does not have all signed events of partition "
                    + "\(partition): postings may be missing. Try again when it has caught up; "
                    + "where it has stopped, assay projections status tells why."
            )
        case EvidenceRefusal.shorter(let partition, let size):
            CommandFailure(
                "The checkpoint of partition \(partition) that you kept has more events than the "
                    + "store's latest one, which has \(size): this is an older copy of the store, or "
                    + "its end was cut off."
            )
        case let refusal as EvidenceRefusal:
            CommandFailure("There is no evidence of this: \(refusal).")
        case let error as StoreError:
            CommandFailure("The store cannot be read: \(error).")
        case let error as Errno:
            CommandFailure("The bundle cannot be written: \(error).")
        default:
            error
        }
    }
}

extension BundleSubject {
    fileprivate var noun: String {
        switch self {
        case .outcomes: "outcome"
        case .posting: "posting"
        case .period: "customer"
        }
    }
}
