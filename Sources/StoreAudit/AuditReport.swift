// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// What an audit has looked at, and what it has found.
public struct AuditReport: Sendable {
    /// Partitions walked.
    public internal(set) var partitions = 0
    /// Events of outcomes whose hash, chain, form and decision were checked.
    public internal(set) var events = 0
    /// Changes of catalogs, likewise.
    public internal(set) var changes = 0
    /// Streams.
    public internal(set) var streams = 0
    /// Records that were accepted.
    public internal(set) var accepted = 0
    /// Records that wait to be processed.
    public internal(set) var waiting = 0
    /// Records that have left a fact.
    public internal(set) var recorded = 0
    /// Idempotency claims.
    public internal(set) var claims = 0
    /// Checkpoints that the trees were held against.
    public internal(set) var checkpoints = 0
    /// Settlement timers.
    public internal(set) var timers = 0
    /// What the log says of each account.
    public internal(set) var accounts: [AccountID: AccountTally] = [:]
    /// The ids of keys that events are sealed with and in whose places there are others.
    var otherKeys: [[UInt8]: AuditPlace] = [:]
    /// What could not be looked at, in whole sentences.
    public internal(set) var notes: [String] = []
    /// What is not as it has to be.
    public var findings = AuditFindings()

    init() {}

    /// Processed records that have left no fact on an outcome's stream: clock advances, erasures, and
    /// redrives and discards of what was no dead letter, leave none.
    public var silent: Int { accepted - waiting - recorded }

    mutating func add(_ part: AuditReport) {
        partitions += part.partitions
        events += part.events
        changes += part.changes
        streams += part.streams
        accepted += part.accepted
        waiting += part.waiting
        recorded += part.recorded
        claims += part.claims
        timers += part.timers
        checkpoints += part.checkpoints
        for (account, tally) in part.accounts {
            accounts[account, default: AccountTally()].add(tally)
        }
        otherKeys.merge(part.otherKeys) { first, _ in first }
        notes += part.notes
        findings.add(part.findings)
    }

    /// What is kept nowhere any more was lost, and is replaced.
    mutating func noteLostKeys() {
        guard !otherKeys.isEmpty else { return }
        notes.append(
            "\(otherKeys.count) sealing keys were lost and others have taken their places; what they "
                + "had sealed cannot be read."
        )
    }

    /// Each signal is exactly one of applied, dead letter, discarded (SPEC 4).
    mutating func judgeAccounts() {
        for (account, tally) in accounts.sorted(by: { $0.key < $1.key })
        where !tally.isConserved {
            findings.add(
                AuditFinding(
                    "not_conserved",
                    at: AuditPlace(account: account),
                    "\(tally.signals) signals were accepted, but \(tally.applied) are applied, "
                        + "\(tally.outstanding) dead letters and \(tally.discarded) discarded"
                )
            )
        }
    }
}
