// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import OutcomeDomain
import StoreAudit

/// All that an audit comes to, as it is told.
struct AuditOutcome: Sendable {
    let store: String
    var findings: AuditFindings
    /// What was seen of the log; nil when the store did not open.
    var log: AuditReport?
    /// Rows of read models that were compared.
    var readModels: Int64 = 0
    /// What could not be looked at, beside the log.
    var notes: [String] = []
    /// Events a second.
    var rate = 0

    init(store: String, findings: AuditFindings) {
        self.store = store
        self.findings = findings
    }

    func tell(asJSON isJSON: Bool, _ say: (String) -> Void) {
        if isJSON {
            say(json)
        } else {
            for line in lines { say(line) }
        }
    }
}

// MARK: Lines

extension AuditOutcome {
    /// The report for a person.
    var lines: [String] {
        var lines = ["Audit of \(store) by assay \(AssayVersion.current)"]
        if let log { lines += checked(log) }
        lines += findings.shown.map { "FOUND \($0.code): \($0)" }
        let more = findings.total - findings.shown.count
        if more > 0 { lines.append("... and \(more) more.") }
        lines += (log?.notes ?? []) + notes
        guard findings.total > 0 else {
            lines.append("Nothing is amiss.")
            return lines
        }
        let kinds = findings.counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.value) \($0.key)" }
        lines.append(
            findings.total.counted("finding") + ": " + kinds.joined(separator: ", ") + "."
        )
        return lines
    }

    private func checked(_ log: AuditReport) -> [String] {
        var lines = [
            Self.line(
                "events",
                "\(log.events) of outcomes and \(log.changes) of catalogs: hash, chain, form, "
                    + "and decided again"
            ),
            Self.line(
                "streams",
                "\(log.streams) in \(log.partitions.counted("partition")), \(log.timers) timers, "
                    + "\(log.claims) idempotency claims"
            ),
            Self.line(
                "records",
                "\(log.accepted) accepted = \(log.waiting) waiting + \(log.recorded) that left "
                    + "facts + \(log.silent) that leave none"
            ),
        ]
        for (account, tally) in log.accounts.sorted(by: { $0.key < $1.key }) {
            lines.append(
                Self.line(
                    "signals",
                    "\(account): \(tally.signals) = \(tally.applied) applied + "
                        + "\(tally.outstanding) dead letters + \(tally.discarded) discarded"
                )
            )
            for (currency, sum) in tally.booked.sorted(by: { $0.key.code < $1.key.code }) {
                lines.append(
                    Self.line(
                        "ledger",
                        "\(account): \(sum.amount) \(currency) in "
                            + sum.postings.counted("posting")
                    )
                )
            }
        }
        lines.append(
            Self.line(
                "trees",
                log.checkpoints.counted("checkpoint") + " held against the trees' roots"
            )
        )
        if readModels > 0 {
            lines.append(
                Self.line("read models", "\(readModels) rows, each as the log gives it")
            )
        }
        lines.append(Self.line("speed", "\(rate) events/s"))
        return lines
    }

    private static func line(_ name: String, _ text: String) -> String {
        "  " + name + String(repeating: " ", count: max(1, 14 - name.count)) + text
    }
}

// MARK: JSON

extension AuditOutcome {
    /// The report for a machine: one object in one line.
    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("store", store)
        writer.member("assay", AssayVersion.current)
        writer.member("clean", findings.total == 0)
        if let log {
            writer.member("events", log.events)
            writer.member("catalog_events", log.changes)
            writer.member("streams", log.streams)
            writer.member("partitions", log.partitions)
            writer.member("timers", log.timers)
            writer.member("idempotency_claims", log.claims)
            writer.member("checkpoints", log.checkpoints)
            writer.member("read_model_rows", Int(readModels))
            writer.name("records")
            writer.beginObject()
            writer.member("accepted", log.accepted)
            writer.member("waiting", log.waiting)
            writer.member("with_facts", log.recorded)
            writer.member("without_facts", log.silent)
            writer.endObject()
            write(log.accounts, to: &writer)
            writer.member("events_per_second", rate)
            writer.name("notes")
            writer.beginArray()
            for note in log.notes + notes { writer.text(Text(note)) }
            writer.endArray()
        }
        writer.member("findings_total", findings.total)
        writer.name("findings_by_code")
        writer.beginArray()
        for (code, count) in findings.counts.sorted(by: { $0.key < $1.key }) {
            writer.beginObject()
            writer.member("code", code)
            writer.member("count", count)
            writer.endObject()
        }
        writer.endArray()
        writer.name("findings")
        writer.beginArray()
        for finding in findings.shown { write(finding, to: &writer) }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func write(_ accounts: [AccountID: AccountTally], to writer: inout JSONWriter) {
        writer.name("accounts")
        writer.beginArray()
        for (account, tally) in accounts.sorted(by: { $0.key < $1.key }) {
            writer.beginObject()
            writer.member("account", account.text)
            writer.member("signals", tally.signals)
            writer.member("applied", tally.applied)
            writer.member("dead_letters", tally.outstanding)
            writer.member("discarded", tally.discarded)
            writer.member("opened", tally.opened)
            writer.member("settled", tally.settled)
            writer.member("values", tally.values)
            writer.name("booked")
            writer.beginArray()
            for (currency, sum) in tally.booked.sorted(by: { $0.key.code < $1.key.code }) {
                writer.beginObject()
                writer.member("currency", currency.code)
                writer.member("amount", "\(sum.amount)")
                writer.member("postings", sum.postings)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
    }

    private func write(_ finding: AuditFinding, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("code", finding.code)
        writer.member("text", finding.text)
        let place = finding.place
        if let partition = place.partition { writer.member("partition", partition.number) }
        if let position = place.position { writer.member("position", Int(position.value)) }
        if let account = place.account { writer.member("account", account.text) }
        if let stream = place.stream, stream.kind == .outcome {
            writer.member("key", stream.key)
        }
        if let version = place.version { writer.member("version", version) }
        writer.endObject()
    }
}
