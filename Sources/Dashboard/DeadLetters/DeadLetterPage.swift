// SPDX-License-Identifier: Apache-2.0

/// The groups of dead letters.
struct DeadLetterListPage: PageModel {
    let template = "dead-letters"
    let shell: Shell
    let groups: [GroupLines]
    let isLater: Bool
    let next: String?
    let curl: String
}

/// The letters of one cause.
struct DeadLetterGroupPage: PageModel {
    let template = "dead-letter-group"
    let shell: Shell
    let status: Int
    let group: GroupLines
    let letters: [LetterLine]
    let isLater: Bool
    let next: String?
    /// Nil of a group that is too large to try without being asked.
    let plan: LetterPlan?
    let planPath: String
    let mayAct: Bool
    let discardPath: String
    /// So many letters one discard takes.
    let discardCount: Int
    let reason: FormField
    let curl: String
}

/// What a redrive of a group's next letters would do.
struct DeadLetterPlanPage: PageModel {
    let template = "dead-letter-plan"
    let shell: Shell
    let groupPath: String
    /// Whether earlier steps lie behind this one.
    let isStep: Bool
    let plan: LetterPlan
    let mayAct: Bool
    let curl: String
}

/// One dead letter.
struct DeadLetterPage: PageModel {
    let template = "dead-letter"
    let shell: Shell
    let status: Int
    let line: LetterLine
    let cause: CauseWords
    let groupPath: String
    let plan: LetterPlan
    let mayAct: Bool
    let discardPath: String
    let reason: FormField
    let curl: String
}
