// SPDX-License-Identifier: Apache-2.0

/// The names of the read models' tables: the one place where they are made.
///
/// Each copy of a read model has a file of its own, and in it the same names.
enum ReadModelTables {
    static let outcomes = "feed_outcomes"
    static let outcomeCounts = "feed_outcome_counts"
    static let outcomeAmounts = "feed_outcome_amounts"
    static let billingTerms = "ledger_terms"
    static let postings = "ledger_postings"
    static let lines = "ledger_lines"
    static let sums = "ledger_sums"
    static let deadLetters = "dead_letters"
    static let deadLetterCounts = "dead_letter_counts"
    static let deadLetterGroups = "dead_letter_groups"
    static let journeyRuns = "journey_runs"
    static let journeyMarks = "journey_marks"
    static let journeyGenerations = "journey_generations"
    static let valueRecords = "value_records"
    static let valueMonths = "value_months"
    static let valueAgents = "value_agents"

    /// An index's name.
    static func index(_ table: String, by columns: String) -> String { "\(table)_by_\(columns)" }
}
