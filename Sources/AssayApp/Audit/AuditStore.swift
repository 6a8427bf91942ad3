// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import EventStore
public import ExactValues
import SQLiteStore
import StoreAudit

/// `assay audit`: checks a whole store, also beside a running server.
public enum AuditStore {
    /// What is to be audited.
    public struct Options: Sendable {
        /// Only this account's decisions and sums, though all hashes; nil for all.
        public var account: AccountID?
        /// A file that `assay checkpoints export` wrote, which the log must agree with.
        public var checkpoints: String?
        /// Whether every read model is built aside and compared.
        public var comparesReadModels = true
        /// Whether the report is one JSON object and not lines.
        public var isJSON = false

        /// Everything, told in lines.
        public init() {}
    }

    /// At most so many faults of the store's file are named.
    static let fileFaultsLimit = 20

    /// Audits, and tells what was checked and found.
    ///
    /// - Parameters:
    ///   - configuration: Names the store.
    ///   - options: What is to be audited.
    ///   - say: Takes each line of the report.
    ///   - tell: Takes each line about progress.
    /// - Returns: Whether nothing was found.
    /// - Throws: `CommandFailure` when the audit could not be made.
    public static func run(
        _ configuration: AssayConfiguration,
        _ options: Options,
        say: @escaping @Sendable (String) -> Void,
        tell: @escaping @Sendable (String) -> Void
    ) async throws -> Bool {
        let kept = try options.checkpoints.map(KeptCheckpoints.init(file:))
        let store: any ReadableStore
        do {
            store = try await open(configuration)
        } catch let refusal as DamagedAtOpening {
            var findings = LogAudit.emptyFindings
            findings.add(AuditFinding("refused", at: AuditPlace(), refusal.sentence))
            AuditOutcome(store: configuration.shownStore, findings: findings)
                .tell(asJSON: options.isJSON, say)
            return false
        }
        do {
            let outcome = try await audit(store, configuration, options, kept, tell)
            await store.close()
            outcome.tell(asJSON: options.isJSON, say)
            return outcome.findings.total == 0
        } catch {
            await store.close()
            guard let error = error as? StoreError else { throw error }
            let reason = error.detail.isEmpty ? error.description : error.detail
            guard error.reason != .damaged else {
                // So damaged that it cannot be walked to the end.
                var findings = LogAudit.emptyFindings
                findings.add(AuditFinding("unreadable", at: AuditPlace(), reason))
                AuditOutcome(store: configuration.shownStore, findings: findings)
                    .tell(asJSON: options.isJSON, say)
                return false
            }
            throw CommandFailure("The store could not be read to the end: \(reason)")
        }
    }

    private static func audit(
        _ store: any ReadableStore,
        _ configuration: AssayConfiguration,
        _ options: Options,
        _ kept: KeptCheckpoints?,
        _ tell: @escaping @Sendable (String) -> Void
    ) async throws -> AuditOutcome {
        let heads = try await store.partitionHeads()
        let total = heads.reduce(0) { $0 + Int($1.state.head.value) }
        let progress = AuditProgressLines(total: total, say: tell)
        if let kept, kept.log != store.logName {
            throw CommandFailure(
                "The checkpoints are of the log \(kept.log), and this store is \(store.logName)."
            )
        }
        let report = try await LogAudit(of: store, account: options.account, kept: kept) { count in
            await progress.walked(count)
        }.run()
        var outcome = AuditOutcome(store: configuration.shownStore, findings: report.findings)
        outcome.log = report
        outcome.rate = await progress.rate
        if options.comparesReadModels {
            let compared = try await ReadModelAudit(
                store: store,
                configuration: configuration,
                tell: tell
            ).run(against: report, of: options.account)
            outcome.readModels = compared.rows
            outcome.notes += compared.notes
            outcome.findings.add(compared.findings)
        }
        for fault in try await store.fileFaults(limit: fileFaultsLimit) {
            outcome.findings.add(AuditFinding("file_damaged", at: AuditPlace(), fault))
        }
        return outcome
    }

    // MARK: Opening

    /// A store that is damaged so that it does not open is found to be damaged.
    private struct DamagedAtOpening: Error {
        let sentence: String
    }

    private static func open(_ configuration: AssayConfiguration) async throws -> any ReadableStore
    {
        guard case .sqlite(let path) = try configuration.location else {
            return try await StoreDesk.openForReading(configuration)
        }
        do throws(StoreOpenError) {
            return try SQLiteStore.openForReading(path: path)
        } catch {
            switch error.reason {
            case .damaged, .behind: throw DamagedAtOpening(sentence: error.description)
            default: throw CommandFailure(error.description)
            }
        }
    }
}
