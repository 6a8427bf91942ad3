// SPDX-License-Identifier: Apache-2.0

/// The names of one copy of the read models' tables: the one place where they are made.
///
/// A rebuild fills a second copy beside the live one, under another suffix.
struct ReadModelTables: Hashable, Sendable {
    /// The projections that have tables here.
    static let projections = [
        SQLiteOutcomesFeed.name, SQLiteBillingLedger.name, SQLiteDeadLetters.name,
        SQLiteJourneys.name,
    ]

    /// Ends every name; empty for the live copy.
    let suffix: String

    /// The copy that is read.
    static let live = ReadModelTables(suffix: "")

    var outcomes: String { "feed_outcomes" + suffix }
    var billingTerms: String { "ledger_terms" + suffix }
    var postings: String { "ledger_postings" + suffix }
    var lines: String { "ledger_lines" + suffix }
    var sums: String { "ledger_sums" + suffix }
    var deadLetters: String { "dead_letters" + suffix }
    var journeyMarks: String { "journey_marks" + suffix }
    var journeyGenerations: String { "journey_generations" + suffix }
    var deadLetterCounts: String { "dead_letter_counts" + suffix }

    /// The projection's name in the table of checkpoints.
    func checkpointName(of projection: String) -> String { projection + suffix }

    /// An index's name.
    static func index(_ table: String, by columns: String) -> String { "\(table)_by_\(columns)" }
}
