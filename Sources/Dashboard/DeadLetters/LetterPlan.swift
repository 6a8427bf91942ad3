// SPDX-License-Identifier: Apache-2.0

import DeadLetters
import ExactValues
import HTTPAPI
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// What a redrive would do: the states and the money, shown beside its button.
struct LetterPlan: Sendable {
    struct Change: Sendable {
        /// Nil where no signal has opened the outcome.
        let before: String?
        let after: String?
        let count: Int
    }

    struct Line: Sendable {
        let key: String
        let path: String
        let before: String?
        let after: String?
        /// What would be final if the window ended then; nil unless PENDING.
        let scheduled: String?
        let settlesAt: Instant?
        let amount: String?
    }

    /// So many outcomes are listed; all are counted.
    private static let shownLimitOutcomes = 100

    /// The letters of this step.
    let count: Int
    /// How many of them would count, and how many would be dead letters still.
    let sentence: String
    /// Whether any would count.
    let helps: Bool
    let changes: [Change]
    let totals: [String]
    let hasMoney: Bool
    let lines: [Line]
    let unlisted: Int?
    /// Where the button sends its form.
    let path: String
    /// The place this step begins behind; sent along.
    let cursor: String
    /// Whether more letters follow after this step.
    let hasMore: Bool

    init(
        _ chosen: ChosenLetters,
        _ outcomes: [DryRunOutcome],
        path: String,
        place: PageCursor?
    ) {
        count = chosen.letters.count
        let fates = outcomes.flatMap(\.letters)
        let applied = fates.count { $0.status == .applied }
        sentence = Self.sentence(
            letters: chosen.letters.count,
            applied: applied,
            dead: fates.count { $0.status == .deadLettered }
        )
        helps = applied > 0
        var counts: [[String]: Int] = [:]
        for outcome in outcomes {
            let states = [outcome.stateBefore, outcome.stateAfter].map { $0?.rawValue ?? "" }
            counts[states, default: 0] += 1
        }
        changes = counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { states, count in
            let named = states.map { $0.isEmpty ? nil : $0 }
            return Change(before: named[0], after: named[1], count: count)
        }
        totals = outcomes.totals.map { Money.text($0.amount, code: $0.currency) }
        hasMoney = !totals.isEmpty
        lines = outcomes.prefix(Self.shownLimitOutcomes).map { outcome in
            Line(
                key: outcome.key.text.string,
                path: OutcomeLine.path(of: outcome.key),
                before: outcome.stateBefore?.rawValue,
                after: outcome.stateAfter?.rawValue,
                scheduled: outcome.scheduledResolution?.rawValue,
                settlesAt: outcome.settlesAt.map { Instant($0) },
                amount: outcome.charge.map { Money.text($0.amount, $0.currency) }
            )
        }
        let rest = outcomes.count - lines.count
        unlisted = rest > 0 ? rest : nil
        self.path = path
        cursor = place?.text ?? ""
        hasMore = chosen.next != nil
    }

    private static func sentence(letters: Int, applied: Int, dead: Int) -> String {
        switch (letters, applied) {
        case (0, _): "No letter is left to redrive."
        case (1, 0): "It would stay a dead letter: mend the cause first."
        case (1, _): "It would count."
        case (_, 0): "All \(letters) letters would stay dead letters: mend the cause first."
        case (_, letters): "All \(letters) letters would count."
        default: "Of \(letters) letters \(applied) would count and \(dead) would stay dead letters."
        }
    }
}

/// Calls of the API that do what the buttons do.
enum DeadLetterCurl {
    static func redrive(group: DeadLetterGroupID, _ call: PageCall) -> String {
        send(#"{"filter":{"group":"\#(group.text)"},"dry_run":true}"#, call)
    }

    static func redrive(letter: EventID, _ call: PageCall) -> String {
        send(#"{"ids":["\#(letter)"],"dry_run":true}"#, call)
    }

    private static func send(_ body: String, _ call: PageCall) -> String {
        Curl.send(
            "POST",
            "/v1/dead-letters/redrive",
            Array(body.utf8),
            at: call.dashboard.publicURL
        )
    }
}

extension FormField {
    /// Why letters are given up.
    static func reason(_ value: String, _ problem: String?) -> FormField {
        FormField(
            "reason",
            "Reason (goes into the log)",
            value: value,
            hint: "Whoever looks at the signal later reads it.",
            problem: problem
        )
    }
}
