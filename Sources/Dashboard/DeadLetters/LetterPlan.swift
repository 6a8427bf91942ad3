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
        let before: String
        let after: String
        let count: Int
    }

    struct Line: Sendable {
        let key: String
        let path: String
        let before: String
        let after: String
        /// What would be final if the window ended then; nil unless PENDING.
        let scheduled: String?
        let settlesAt: Instant?
        let amount: String?
    }

    /// So many outcomes are listed; all are counted.
    private static let shownLimitOutcomes = 100
    private static let none = "none"

    /// The letters of this step.
    let count: Int
    let appliedCount: Int
    /// Those that would be dead letters still.
    let deadCount: Int
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
        appliedCount = fates.count { $0.status == .applied }
        deadCount = fates.count { $0.status == .deadLettered }
        var counts: [[String]: Int] = [:]
        for outcome in outcomes {
            counts[[Self.word(outcome.stateBefore), Self.word(outcome.stateAfter)], default: 0] += 1
        }
        changes = counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
            Change(before: $0.key[0], after: $0.key[1], count: $0.value)
        }
        totals = outcomes.totals.map { "\($0.amount) \($0.currency)" }
        hasMoney = !totals.isEmpty
        lines = outcomes.prefix(Self.shownLimitOutcomes).map { outcome in
            Line(
                key: outcome.key.text.string,
                path: OutcomeLine.path(of: outcome.key),
                before: Self.word(outcome.stateBefore),
                after: Self.word(outcome.stateAfter),
                scheduled: outcome.scheduledResolution?.rawValue,
                settlesAt: outcome.settlesAt.map { Instant($0) },
                amount: outcome.charge.map { "\($0.amount) \($0.currency.code)" }
            )
        }
        let rest = outcomes.count - lines.count
        unlisted = rest > 0 ? rest : nil
        self.path = path
        cursor = place?.text ?? ""
        hasMore = chosen.next != nil
    }

    private static func word(_ state: OutcomeState?) -> String { state?.rawValue ?? none }
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
