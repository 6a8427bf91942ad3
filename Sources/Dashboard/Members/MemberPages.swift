// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPAPI
import Identity
import OutcomeDomain
import ProjectionKit

/// The people of an account: who they are, what they may do, how others join.
enum MemberPages {
    static let routes: [PageRoute] = [
        .get("/dashboard/members", for: .administer, list),
        .post("/dashboard/members", for: .administer, invite),
        .post("/dashboard/members/{id}/role", for: .administer, changeRole),
        .get("/dashboard/members/{id}/remove", for: .administer, confirm),
        .post("/dashboard/members/{id}/remove", for: .administer, remove),
    ]

    private static let lastAdministrator =
        "Not done: an account keeps at least one administrator."

    private static func list(_ call: PageCall) async throws -> PageAnswer {
        .page(try await page(MemberForm(), FormProblems(), nil, call))
    }

    private static func page(
        _ form: MemberForm,
        _ problems: FormProblems,
        _ refusal: String?,
        _ call: PageCall
    ) async throws -> MemberListPage {
        let limit = PageLimits.defaultRows
        let place = call.query("from").flatMap { Int64($0) }.flatMap { UserID($0) }
        let found = try await call.dashboard.identities.members(
            of: call.account,
            after: place,
            limit: limit + 1
        )
        let more = found.count > limit ? found.dropLast().last : nil
        return MemberListPage(
            shell: Shell(title: "Members", section: .members, call),
            status: refusal == nil ? problems.status : 409,
            refusal: refusal,
            isLater: place != nil,
            lines: found.prefix(limit).map { .init($0, call) },
            next: more.map { "\(Section.members.path)?from=\($0.user.id)" },
            email: FormField(
                "email",
                "E-mail",
                value: form.email,
                type: "email",
                problem: problems["email"]
            ),
            roles: RoleChoice.all(chosen: form.role)
        )
    }

    /// Makes a link, which is on this answer and nowhere else.
    private static func invite(_ call: PageCall) async throws -> PageAnswer {
        let form = MemberForm(call.form)
        var problems = FormProblems()
        let typed = Email(Text(form.email))
        if typed == nil { problems.add("email", "is no e-mail address") }
        guard let email = typed, let role = form.role else {
            return .page(try await page(form, problems, nil, call))
        }
        if let known = try await call.dashboard.identities.user(email),
            try await call.dashboard.identities.isMember(known.id, of: call.account)
        {
            problems.add("email", "is a member's already")
            return .page(try await page(form, problems, nil, call))
        }
        let code = try await call.dashboard.identities.issueLink(
            .invitation(email: email, account: call.account, role: role)
        )
        return .page(
            InvitationPage(
                shell: Shell(title: "The invitation", section: .members, call),
                email: email.description,
                role: role.title,
                link: "\(call.dashboard.publicURL)/welcome/\(code)",
                hours: SessionLimits.linkSeconds / 3600
            )
        )
    }

    /// The member in the path; somebody else's user is nobody here.
    private static func member(_ call: PageCall) async throws -> Membership {
        guard let user = Int64(call.name.string).flatMap({ UserID($0) }),
            let membership = try await call.dashboard.identities.membership(
                of: user,
                in: call.account
            )
        else { throw APIError.notFound }
        return membership
    }

    private static func changeRole(_ call: PageCall) async throws -> PageAnswer {
        let member = try await member(call)
        guard let role = Role(rawValue: call.form.text("role")) else {
            throw APIError.invalid("role", "must be admin, finance or read_only")
        }
        let change = try await call.dashboard.identities.setRole(
            role,
            of: member.user.id,
            in: call.account
        )
        switch change {
        case .done: return .done(.saved, at: Section.members.path)
        case .soleAdmin:
            return .page(try await page(MemberForm(), FormProblems(), lastAdministrator, call))
        case .noMember: throw APIError.notFound
        }
    }

    private static func confirm(_ call: PageCall) async throws -> PageAnswer {
        .page(
            MemberRemovalPage(
                shell: Shell(title: "Remove a member", section: .members, call),
                line: .init(try await member(call), call)
            )
        )
    }

    private static func remove(_ call: PageCall) async throws -> PageAnswer {
        let isDone = try await call.dashboard.identities.removeMember(
            try await member(call).user.id,
            from: call.account
        )
        guard isDone else {
            return .page(try await page(MemberForm(), FormProblems(), lastAdministrator, call))
        }
        return .done(.removed, at: Section.members.path)
    }
}

/// What is typed about somebody who is invited.
struct MemberForm: Sendable {
    let email: String
    let role: Role?

    init() { (email, role) = ("", .readOnly) }

    init(_ form: Form) {
        email = form.text("email")
        role = Role(rawValue: form.text("role"))
    }
}
