// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import HTTPAPI
import Identity
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// Agents: what there are, how each became what it is, and new and changed ones.
enum AgentPages {
    static let routes: [PageRoute] = [
        .get("/dashboard/agents", list),
        .post("/dashboard/agents", for: .administer, create),
        .get("/dashboard/agents/new", blank),
        .post("/dashboard/agents/new", for: .read, study),
        .get("/dashboard/agents/{key}", show),
        .get("/dashboard/agents/{key}/contract", show),
        .get("/dashboard/agents/{key}/edit", edit),
        .post("/dashboard/agents/{key}/edit", for: .read, study),
        .post("/dashboard/agents/{key}/publish", for: .administer, publish),
        .post("/dashboard/agents/{key}/archive", for: .administer, archive),
        .post("/dashboard/agents/{key}/revive", for: .administer, revive),
    ]

    private static let limitVersions = 25

    /// Where an agent's page is; one that is called `new` has the other of the two addresses.
    static func path(of key: Slug) -> String {
        let path = "/dashboard/agents/\(key)"
        return key.text == "new" ? path + "/contract" : path
    }

    /// The agent in the path.
    static func agent(_ call: PageCall) throws(APIError) -> Agent {
        guard let key = Slug(call.name), let agent = call.principal.catalog.agent(key) else {
            throw .notFound
        }
        return agent
    }

    // MARK: The list

    private static func list(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp()
        let isArchive = call.query("show") == "archived"
        let after = call.query("from").flatMap { Slug(Text($0)) }
        let slice = AgentListPage.slice(call.principal.catalog, archived: isArchive, after: after)
        let show = isArchive ? "show=archived&" : ""
        return .page(
            AgentListPage(
                shell: Shell(title: "Agents", section: .agents, call),
                isArchive: isArchive,
                lines: slice.agents.map(AgentListPage.Line.init),
                hasLines: !slice.agents.isEmpty,
                next: slice.next.map { "/dashboard/agents?\(show)from=\($0)" },
                isLater: after != nil,
                curl: Curl.get("/v1/agents", at: call.dashboard.publicURL)
            )
        )
    }

    // MARK: One agent

    private static func show(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp()
        let agent = try agent(call)
        let all = call.principal.catalog.agentVersions(agent.key)
        var names = AuthorNames(call)
        let contract = agent.contract
        let path = path(of: agent.key)
        let page = await versions(of: agent, all, path, &names, call)
        return .page(
            AgentPage(
                shell: Shell(title: agent.name.string, section: .agents, call),
                key: agent.key.description,
                name: agent.name.string,
                path: "/dashboard/agents/\(agent.key)",
                isArchived: agent.isArchived,
                version: agent.contractVersion,
                sentence: ConditionSentence(contract.condition).pieces,
                tree: [ConditionRow(contract.condition)],
                leaves: contract.condition.leafCount,
                depth: contract.condition.depth,
                window: Span(seconds: contract.settlementPeriodSeconds).words,
                attribution: contract.attributionMethod.words,
                unit: contract.unit?.string,
                hash: contract.hash.description,
                json: String(
                    decoding: PrettyJSON.indented(contract.canonicalBytes),
                    as: UTF8.self
                ),
                createdAt: Instant(agent.created.time),
                updatedAt: Instant(agent.updated.time),
                updatedBy: await names.name(of: agent.updated.author),
                versions: page.versions,
                older: page.older,
                newest: all.count,
                difference: try await difference(all, &names, call),
                curl: Curl.get("/v1/agents/\(agent.key)", at: call.dashboard.publicURL)
            )
        )
    }

    /// Versions, the newest first, each with what it has changed.
    private static func versions(
        of agent: Agent,
        _ all: [ContractVersion],
        _ path: String,
        _ names: inout AuthorNames,
        _ call: PageCall
    ) async -> (versions: [AgentPage.Version], older: String?) {
        let end = call.query("before").flatMap { Int($0) } ?? Int.max
        let shown = all.filter { $0.number < end }.suffix(limitVersions)
        var versions: [AgentPage.Version] = []
        for version in shown.reversed() {
            let previous = version.number > 1 ? all[version.number - 2] : nil
            versions.append(
                AgentPage.Version(
                    number: version.number,
                    at: Instant(version.time),
                    author: await names.name(of: version.author),
                    summary: previous.map {
                        ContractDifference(from: $0.contract, to: version.contract).summary
                    },
                    difference: previous.map {
                        "\(path)?from=\($0.number)&to=\(version.number)#difference"
                    },
                    isCurrent: version.number == agent.contractVersion
                )
            )
        }
        let first = shown.first?.number ?? 1
        return (versions, first > 1 ? "\(path)?before=\(first)#versions" : nil)
    }

    /// The difference that was asked for, or that of the newest version.
    private static func difference(
        _ all: [ContractVersion],
        _ names: inout AuthorNames,
        _ call: PageCall
    ) async throws -> AgentPage.Difference? {
        let to = call.query("to").flatMap { Int($0) } ?? all.count
        let from = call.query("from").flatMap { Int($0) } ?? to - 1
        guard from != 0 || call.query("from") != nil else { return nil }
        guard (1...all.count).contains(from), (1...all.count).contains(to) else {
            throw APIError.notFound
        }
        let (before, after) = (all[from - 1], all[to - 1])
        let difference = ContractDifference(from: before.contract, to: after.contract)
        return AgentPage.Difference(
            from: from,
            to: to,
            fromAuthor: await names.name(of: before.author),
            fromAt: Instant(before.time),
            toAuthor: await names.name(of: after.author),
            toAt: Instant(after.time),
            terms: difference.terms,
            tree: [difference.condition].compactMap { $0 }.compactMap(ConditionRow.init),
            isSame: difference.terms.isEmpty && difference.condition == nil
        )
    }

    // MARK: Archiving

    private static func archive(_ call: PageCall) async throws -> PageAnswer {
        let key = try agent(call).key
        let change = try await call.change(.archiveAgent(key))
        return .done(.archived, at: path(of: key), after: change.token)
    }

    /// To put an agent as it is revives it (SPEC 2).
    private static func revive(_ call: PageCall) async throws -> PageAnswer {
        let agent = try agent(call)
        let body = AgentBody(name: agent.name, contract: agent.contract)
        let change = try await call.change(.putAgent(agent.key, body))
        return .done(.revived, at: path(of: agent.key), after: change.token)
    }
}

extension CatalogChange {
    /// What a page has to wait for to show it.
    var token: String { ReadToken(catalogVersion: version).text }
}
