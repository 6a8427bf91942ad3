// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import DeadLetters
import ExactValues
import HTTPAPI
import Identity
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// Dead letters: what could not be counted, by cause, and what would become of it now.
enum DeadLetterPages {
    static let routes: [PageRoute] = [
        .get("/dashboard/dead-letters", groups),
        .get("/dashboard/dead-letters/groups/{group}", group),
        .get("/dashboard/dead-letters/groups/{group}/redrive", plan),
        .post("/dashboard/dead-letters/groups/{group}/redrive", for: .administer, redriveGroup),
        .post("/dashboard/dead-letters/groups/{group}/discard", for: .administer, discardGroup),
        .get("/dashboard/dead-letters/letters/{id}", letter),
        .post("/dashboard/dead-letters/letters/{id}/redrive", for: .administer, redriveLetter),
        .post("/dashboard/dead-letters/letters/{id}/discard", for: .administer, discardLetter),
    ]

    /// A group with more letters shows what would become of them only when asked to.
    private static let triedLimitLetters = 100
    private static let groupsLimit = 20

    static func path(of group: DeadLetterGroupID) -> String {
        "\(Section.deadLetters.path)/groups/\(group.text)"
    }

    static func path(of letter: EventID) -> String {
        "\(Section.deadLetters.path)/letters/\(letter)"
    }

    /// The place that `?cursor=` names; nil at the beginning, and for anything else.
    static func place(_ text: String?, in list: PageCursor.List, _ call: PageCall) -> PageCursor? {
        text.flatMap { try? PageCursor(decoding: $0, list: list, account: call.account) }
    }

    private static func groups(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp(models: [ReadModels.deadLetters])
        let place = place(call.query("cursor"), in: .deadLetterGroups, call)
        let page = try await call.services.deadLetters.deadLetterGroups(
            of: call.account,
            limit: groupsLimit,
            after: place
        )
        let catalog = call.principal.catalog
        let mayPrice = call.membership.role.may(.price)
        return .page(
            DeadLetterListPage(
                shell: Shell(title: "Dead letters", section: .deadLetters, call),
                groups: page.elements.map { GroupLines($0, catalog, mayPrice: mayPrice) },
                isLater: place != nil,
                next: page.next.map { "\(Section.deadLetters.path)?cursor=\($0.text)" },
                curl: Curl.get("/v1/dead-letters/groups", at: call.dashboard.publicURL)
            )
        )
    }

    // MARK: One group

    /// The id in the path; whatever names no group of this account is not there.
    static func groupID(_ call: PageCall) throws -> DeadLetterGroupID {
        guard let id = DeadLetterGroupID(call.name) else { throw APIError.notFound }
        return id
    }

    private static func grouped(_ call: PageCall) async throws -> GroupedDeadLetters {
        let found = try await call.services.deadLetters.deadLetterGroup(
            groupID(call),
            of: call.account
        )
        guard let found else { throw APIError.notFound }
        return found
    }

    private static func group(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp(models: [ReadModels.deadLetters])
        let grouped = try await grouped(call)
        return .page(try await page(grouped, reasonProblem: nil, call))
    }

    private static func page(
        _ grouped: GroupedDeadLetters,
        reasonProblem: String?,
        _ call: PageCall
    ) async throws -> DeadLetterGroupPage {
        let id = grouped.group.id
        let place = place(call.query("cursor"), in: .deadLetters, call)
        let page = try await call.services.deadLetters.deadLetters(
            of: call.account,
            filter: DeadLetterFilter(group: id),
            limit: PageLimits.defaultRows,
            after: place
        )
        let isTried = grouped.count <= triedLimitLetters
        let mayAct = call.membership.role.may(.administer)
        let catalog = call.principal.catalog
        return DeadLetterGroupPage(
            shell: Shell(title: "Dead letters of one cause", section: .deadLetters, call),
            status: reasonProblem == nil ? 200 : 400,
            group: GroupLines(grouped, catalog, mayPrice: call.membership.role.may(.price)),
            letters: page.elements.map { LetterLine($0, catalog) },
            isLater: place != nil,
            next: page.next.map { "\(path(of: id))?cursor=\($0.text)" },
            plan: isTried ? try await plan(of: id, after: nil, call) : nil,
            planPath: path(of: id) + "/redrive",
            mayAct: mayAct,
            discardPath: path(of: id) + "/discard",
            discardCount: min(grouped.count, call.services.limits.redriveLetters),
            reason: .reason(call.form.text("reason"), reasonProblem),
            curl: DeadLetterCurl.redrive(group: id, call)
        )
    }

    static func again(_ call: PageCall, reasonProblem: String) async throws -> PageAnswer {
        .page(try await page(try await grouped(call), reasonProblem: reasonProblem, call))
    }

    // MARK: The dry run

    /// What would become of the next letters of a group, as many as one step takes.
    private static func plan(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp(models: [ReadModels.deadLetters])
        let id = try groupID(call)
        let place = place(call.query("cursor"), in: .deadLetters, call)
        let plan = try await plan(of: id, after: place, call)
        guard plan.count > 0 || place != nil else { throw APIError.notFound }
        return .page(
            DeadLetterPlanPage(
                shell: Shell(title: "What a redrive would do", section: .deadLetters, call),
                groupPath: path(of: id),
                isStep: place != nil,
                plan: plan,
                mayAct: call.membership.role.may(.administer),
                curl: DeadLetterCurl.redrive(group: id, call)
            )
        )
    }

    private static func plan(
        of group: DeadLetterGroupID,
        after place: PageCursor?,
        _ call: PageCall
    ) async throws -> LetterPlan {
        let chosen = try await call.services.outstandingLetters(
            DeadLetterFilter(group: group),
            of: call.account,
            after: place
        )
        return LetterPlan(
            chosen,
            try await call.services.dryRun(.redrive, of: chosen, as: call.principal),
            path: path(of: group) + "/redrive",
            place: place
        )
    }

    // MARK: One letter

    private static func letter(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp(models: [ReadModels.deadLetters])
        return .page(try await letterPage(outstanding(call), reasonProblem: nil, call))
    }

    /// The letter in the path.
    static func outstanding(_ call: PageCall) async throws -> DeadLetter {
        guard let id = EventID(call.name.string),
            let letter = try await call.services.deadLetters.deadLetter(id, account: call.account)
        else { throw APIError.notFound }
        return letter
    }

    static func letterPage(
        _ letter: DeadLetter,
        reasonProblem: String?,
        _ call: PageCall
    ) async throws -> DeadLetterPage {
        var chosen = ChosenLetters()
        chosen.letters = [ChosenLetters.Letter(letter)]
        let path = path(of: letter.eventID)
        let group = DeadLetterGroup(of: letter)
        return DeadLetterPage(
            shell: Shell(title: "A dead letter", section: .deadLetters, call),
            status: reasonProblem == nil ? 200 : 400,
            line: LetterLine(letter, call.principal.catalog),
            cause: CauseWords(
                group,
                call.principal.catalog,
                mayPrice: call.membership.role.may(.price)
            ),
            groupPath: self.path(of: group.id),
            plan: LetterPlan(
                chosen,
                try await call.services.dryRun(.redrive, of: chosen, as: call.principal),
                path: path + "/redrive",
                place: nil
            ),
            mayAct: call.membership.role.may(.administer),
            discardPath: path + "/discard",
            reason: .reason(call.form.text("reason"), reasonProblem),
            curl: DeadLetterCurl.redrive(letter: letter.eventID, call)
        )
    }
}
