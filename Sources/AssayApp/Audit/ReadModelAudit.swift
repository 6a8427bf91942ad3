// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import EventStore
import ExactValues
import Foundation
import Logging
import OutcomeDomain
import ProjectionKit
import SQLiteStore
import StoreAudit

/// Builds every read model aside and compares it row by row; holds the ledger's balances against
/// what the log comes to.
struct ReadModelAudit {
    /// What was compared.
    struct Result {
        var rows: Int64 = 0
        var findings = LogAudit.emptyFindings
        var notes: [String] = []
    }

    let store: any ReadableStore
    let configuration: AssayConfiguration
    let tell: @Sendable (String) -> Void

    /// Compares; read models that are not there are noted, since they are built anew at the next
    /// start.
    func run(against log: AuditReport, of account: AccountID?) async throws -> Result {
        var result = Result()
        let views: SQLiteReadModels
        do {
            views = try await StoreDesk.openViewsForReading(
                of: store,
                configuration,
                Logger(label: "assay.audit")
            )
        } catch let failure as CommandFailure {
            result.notes.append("Read models were not compared: \(failure)")
            return result
        }
        do {
            let scratch = try Self.makeScratchDirectory()
            defer { try? FileManager.default.removeItem(atPath: scratch) }
            for model in ReadModelName.allCases {
                tell("Building \(model.rawValue) aside.")
                try await compare(model, of: views, in: scratch, into: &result)
            }
            try await compareBalances(of: views, against: log, of: account, into: &result)
            await views.close()
        } catch {
            await views.close()
            throw error
        }
        return result
    }

    /// A new directory that nobody else can enter: what is built aside holds what the store does.
    private static func makeScratchDirectory() throws -> String {
        let pattern = FileManager.default.temporaryDirectory
            .appendingPathComponent("assay-audit-XXXXXX").path
        var path = Array(pattern.utf8CString)
        let isMade = path.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) } != nil
        }
        guard isMade else {
            throw CommandFailure("No temporary directory can be made like \(pattern).")
        }
        return String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func compare(
        _ model: ReadModelName,
        of views: SQLiteReadModels,
        in directory: String,
        into result: inout Result
    ) async throws {
        let scratch = directory + "/" + model.rawValue
        let comparison: ReadModelComparison
        do throws(RebuildObstacle) {
            comparison = try await views.compare(model, with: store, scratch: scratch)
        } catch {
            switch error {
            case .failure(let failure):
                add("read_model_stopped", "\(model.rawValue): \(failure)", to: &result)
                return
            case .store(let error) where error.reason == .damaged,
                .live(let error) where error.reason == .damaged:
                add("read_model_damaged", "\(model.rawValue): \(error.detail)", to: &result)
                return
            case .store(let error), .live(let error):
                throw error
            case .interrupted:
                return
            }
        }
        result.rows += comparison.rows
        for difference in comparison.differences {
            let code =
                difference.kind == .unreadable ? "read_model_damaged" : "read_model_differs"
            add(code, "\(model.rawValue): \(difference)", to: &result)
        }
        let more = comparison.differenceCount - Int64(comparison.differences.count)
        if more > 0 {
            add("read_model_differs", "\(model.rawValue): \(more) more rows differ", to: &result)
        }
    }

    private func add(_ code: String, _ text: String, to result: inout Result) {
        // Keys are a client's: they must not break the line.
        let line = text.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) }
        result.findings.add(AuditFinding(code, at: AuditPlace(), String(line)))
    }

    /// What the ledger has booked for each account is what its confirmed outcomes come to.
    private func compareBalances(
        of views: SQLiteReadModels,
        against log: AuditReport,
        of account: AccountID?,
        into result: inout Result
    ) async throws {
        let behind = try await eventsBehind(of: views)
        guard behind == 0 else {
            result.notes.append(
                "The ledger is \(behind) event\(behind == 1 ? "" : "s") behind: its balances were "
                    + "not compared."
            )
            return
        }
        for (account, tally) in log.accounts.sorted(by: { $0.key < $1.key }) {
            let totals = try await views.billingLedger.balances(
                of: account,
                filter: LedgerFilter(),
                limit: 1,
                after: nil
            ).totals
            var booked: [String: String] = [:]
            for total in totals {
                booked[total.currency.code] = "\(total.receivable) in \(total.postings)"
            }
            var wanted: [String: String] = [:]
            for (currency, sum) in tally.booked {
                wanted[currency.code] = "\(sum.amount) in \(sum.postings)"
            }
            for code in Set(booked.keys).union(wanted.keys).sorted()
            where booked[code] != wanted[code] {
                guard try await isStill(since: log) else {
                    result.notes.append(
                        "The ledger of \(account) was moving: its \(code) was not compared."
                    )
                    continue
                }
                result.findings.add(
                    AuditFinding(
                        "ledger_differs",
                        at: AuditPlace(account: account),
                        "the ledger has booked \(booked[code] ?? "nothing") postings of \(code), "
                            + "and its confirmed outcomes come to \(wanted[code] ?? "nothing")"
                    )
                )
            }
        }
    }

    /// How many events of outcomes the ledger has not taken in, at most.
    private func eventsBehind(of views: SQLiteReadModels) async throws -> Int64 {
        let reached = try await views.billingLedger.checkpoints()
        return try await store.partitionHeads().dropLast().reduce(0) { sum, heads in
            sum + max(0, heads.state.head.value - (reached[heads.partition]?.value ?? 0))
        }
    }

    /// Whether the log has nothing more than was audited.
    private func isStill(since log: AuditReport) async throws -> Bool {
        let heads = try await store.partitionHeads()
        let events = heads.dropLast().reduce(0) { $0 + Int($1.state.head.value) }
        return events == log.events
    }
}
