// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

extension StoreComparison {
    /// At most so many differences are shown.
    static let shownLimitDifferences = 20

    /// Both sides beside each other, for a person.
    var lines: [String] {
        var lines = [Self.line("", "source", "target")]
        let counts: [(String, (PartitionAudit) -> Int)] = [
            ("events", { $0.events.count }),
            ("streams", { $0.streams }),
            ("idempotency claims", { $0.claims.count }),
            ("waiting records", { $0.records.count }),
            ("timers", { $0.timers.count }),
            ("test clocks", { $0.clocks.count }),
            ("checkpoints", { $0.checkpoints.count }),
            ("sealing keys", { $0.keys.count }),
        ]
        for (name, count) in counts {
            lines.append(
                Self.line(
                    name,
                    "\(source.reduce(0) { $0 + count($1) })",
                    "\(target.reduce(0) { $0 + count($1) })"
                )
            )
        }
        lines.append(Self.line("hash of all events", Self.hash(source), Self.hash(target)))
        let (booked, copied) = (Self.ledger(source), Self.ledger(target))
        for currency in Set(booked.keys).union(copied.keys).sorted(by: { $0.code < $1.code }) {
            let sums = [booked, copied].map { $0[currency] ?? PartitionAudit.LedgerSum() }
            lines.append(Self.line("\(currency) booked", "\(sums[0].amount)", "\(sums[1].amount)"))
            lines.append(
                Self.line("\(currency) postings", "\(sums[0].postings)", "\(sums[1].postings)")
            )
        }
        let same = zip(source, target).count { left, right in
            left.heads.state.head == right.heads.state.head
                && left.heads.ingestHead == right.heads.ingestHead
                && left.heads.state.cursor == right.heads.state.cursor
        }
        lines.append("Heads are the same in \(same) of \(source.count) partitions.")
        lines += differences.prefix(Self.shownLimitDifferences).map { "DIFFERENT: \($0)" }
        let more = differences.count - Self.shownLimitDifferences
        if more > 0 { lines.append("... and \(more) more.") }
        return lines
    }

    private static func line(_ name: String, _ left: String, _ right: String) -> String {
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        return "  " + padded(name, 20) + padded(left, 24) + right
    }

    /// The first bytes of a hash over the hashes of all events.
    private static func hash(_ audits: [PartitionAudit]) -> String {
        let all = Digest.sha256(concatenating: audits.map(\.events.digest))
        return String(all.hex.prefix(16))
    }

    private static func ledger(
        _ audits: [PartitionAudit]
    ) -> [Currency: PartitionAudit.LedgerSum] {
        var ledger: [Currency: PartitionAudit.LedgerSum] = [:]
        for (currency, sum) in audits.flatMap(\.ledger) {
            ledger[currency, default: PartitionAudit.LedgerSum()].postings += sum.postings
            ledger[currency, default: PartitionAudit.LedgerSum()].amount += sum.amount
        }
        return ledger
    }
}
