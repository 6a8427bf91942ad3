// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import Identity
import OutcomeRuntime

/// What surrounds each page: the title, who looks at which account, where one can go.
struct Shell: Sendable {
    /// A link of the navigation.
    struct Item {
        let text: String
        let path: String
        let isCurrent: Bool
    }

    /// Who has signed in.
    struct Visitor {
        let name: String
        let email: String
        let role: String
        let account: String
        let accountID: String
        let isSandbox: Bool
        let mayAdminister: Bool
        /// What every form has to send back.
        let formToken: String
    }

    let title: String
    /// The beginning of the paths of style sheets and scripts.
    let assets: String
    let items: [Item]
    /// Nil on the pages before one has signed in.
    let visitor: Visitor?
    /// What has just been done, in a sentence.
    let notice: String?

    /// The shell of a page for somebody who has not signed in.
    init(title: String, _ dashboard: Dashboard) {
        self.title = title
        assets = dashboard.assets.path
        items = []
        visitor = nil
        notice = nil
    }

    /// The shell of a page in a section of the dashboard.
    init(title: String, section: Section?, _ call: PageCall) {
        self.title = title
        assets = call.dashboard.assets.path
        items = Section.allCases.filter { $0.isShown(call) }.map { item in
            Item(text: item.title, path: item.path, isCurrent: item == section)
        }
        visitor = Visitor(
            name: call.membership.user.name.string,
            email: call.membership.user.email.description,
            role: call.membership.role.title,
            account: call.principal.catalog.name.string,
            accountID: call.principal.account.text.string,
            isSandbox: call.principal.catalog.isSandbox,
            mayAdminister: call.membership.role.may(.administer),
            formToken: call.secret.formToken
        )
        notice = call.query("done").flatMap { Notice(rawValue: $0)?.sentence }
    }
}

extension Role {
    /// As people call it.
    var title: String {
        switch self {
        case .admin: "Administrator"
        case .finance: "Finance"
        case .readOnly: "Read only"
        }
    }
}

/// The sections of the dashboard, in the order of the navigation.
enum Section: CaseIterable {
    case overview, outcomes, agents, customers, rateCards, ledger, value, deadLetters, sandbox
    case tokens, members, health

    var title: String {
        switch self {
        case .overview: "Overview"
        case .outcomes: "Outcomes"
        case .agents: "Agents"
        case .customers: "Customers"
        case .rateCards: "Rate cards"
        case .ledger: "Ledger and spend"
        case .value: "Value delivered"
        case .deadLetters: "Dead letters"
        case .sandbox: "Sandbox"
        case .tokens: "API tokens"
        case .members: "Members"
        case .health: "Health"
        }
    }

    var path: String {
        switch self {
        case .overview: "/dashboard"
        case .outcomes: "/dashboard/outcomes"
        case .agents: "/dashboard/agents"
        case .customers: "/dashboard/customers"
        case .rateCards: "/dashboard/rate-cards"
        case .ledger: "/dashboard/ledger"
        case .value: "/dashboard/value"
        case .deadLetters: "/dashboard/dead-letters"
        case .sandbox: "/dashboard/sandbox"
        case .tokens: "/dashboard/tokens"
        case .members: "/dashboard/members"
        case .health: "/dashboard/health"
        }
    }

    /// Whether the visitor can do anything there.
    func isShown(_ call: PageCall) -> Bool {
        switch self {
        case .tokens, .members: call.membership.role.may(.administer)
        default: true
        }
    }
}
