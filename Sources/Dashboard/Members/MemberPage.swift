// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Identity

/// A role as one of several to choose from.
struct RoleChoice: Sendable {
    let value: String
    let title: String
    let meaning: String
    let isChosen: Bool

    static func all(chosen: Role?) -> [RoleChoice] {
        Role.allCases.map { role in
            RoleChoice(
                value: role.rawValue,
                title: role.title,
                meaning: meaning(of: role),
                isChosen: role == chosen
            )
        }
    }

    private static func meaning(of role: Role) -> String {
        switch role {
        case .admin: "everything"
        case .finance: "see everything; change customers and rate cards"
        case .readOnly: "see everything"
        }
    }
}

/// The members of an account, and the form that invites another.
struct MemberListPage: PageModel {
    struct Line {
        let number: String
        let name: String
        let email: String
        let role: String
        let roles: [RoleChoice]
        let since: Instant
        let isVisitor: Bool
        /// The beginning of the paths of what is done with a member.
        let root: String

        init(_ member: Membership, _ call: PageCall) {
            number = member.user.id.description
            name = member.user.name.string
            email = member.user.email.description
            role = member.role.title
            roles = RoleChoice.all(chosen: member.role)
            since = Instant(member.since)
            isVisitor = member.user.id == call.membership.user.id
            root = "\(Section.members.path)/\(member.user.id)"
        }
    }

    let template = "members"
    let shell: Shell
    let status: Int
    let refusal: String?
    let isLater: Bool
    let lines: [Line]
    let next: String?
    let email: FormField
    let roles: [RoleChoice]
}

/// The one page that shows a link of an invitation.
struct InvitationPage: PageModel {
    let template = "invitation"
    let shell: Shell
    let status = 201
    let email: String
    let role: String
    let link: String
    let hours: Int
}

/// Asks before somebody is removed.
struct MemberRemovalPage: PageModel {
    let template = "member-removal"
    let shell: Shell
    let line: MemberListPage.Line
}
