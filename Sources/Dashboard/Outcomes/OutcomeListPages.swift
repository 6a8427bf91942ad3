// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import HTTPAPI
import OutcomeDomain
import OutcomeRuntime
import OutcomesFeed
import ProjectionKit

/// The feed: newest first, with filters, live on its first page.
enum OutcomeListPages {
    static let routes: [PageRoute] = [.get("/dashboard/outcomes", list)]

    private static let path = "/dashboard/outcomes"
    private static let pageLimitOutcomes = 50
    private static let choiceLimitAgents = 100

    private static func list(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp(models: [ReadModels.outcomes])
        let asked = try Asked(call)
        // Before the rows are read: what changes in between is told again.
        let place = call.services.changes.place(
            of: call.account,
            isSandbox: call.principal.catalog.isSandbox
        )
        let page = try await call.services.feed.outcomes(
            of: call.account,
            filter: asked.filter,
            limit: pageLimitOutcomes,
            after: asked.cursor
        )
        let isFirst = asked.cursor == nil
        return .page(
            OutcomeListPage(
                shell: Shell(title: "Outcomes", section: .outcomes, call),
                states: OutcomeState.allCases.map { state in
                    OutcomeListPage.StateOption(
                        value: state.rawValue,
                        text: state.rawValue,
                        isSelected: state == asked.filter.state
                    )
                },
                agent: asked.filter.agent?.text.string,
                customer: asked.filter.customer?.text.string,
                agents: call.principal.catalog.agents(after: nil, limit: choiceLimitAgents)
                    .map { $0.key.text.string },
                isFiltered: asked.filter != OutcomeFilter(),
                rows: page.elements.map(OutcomeFeedLine.init),
                next: page.next.map { asked.path(path, more: [("cursor", $0.text)]) },
                first: isFirst ? nil : asked.path(path),
                live: isFirst
                    ? place.map { place in
                        OutcomeListPage.Live(
                            // Also what leaves the state is to be told.
                            stream: asked.path(
                                "/v1/outcomes/stream",
                                hasState: false,
                                more: [("cursor", place.text)]
                            ),
                            state: asked.filter.state?.rawValue
                        )
                    } : nil,
                curls: [
                    CurlCommand("This list", asked.path("/v1/outcomes"), call),
                    CurlCommand(
                        "What changes, as it does",
                        asked.path("/v1/outcomes/stream"),
                        call
                    ),
                ]
            )
        )
    }
}

/// What a list of outcomes is asked for.
private struct Asked {
    let filter: OutcomeFilter
    let cursor: PageCursor?

    init(_ call: PageCall) throws(APIError) {
        var filter = OutcomeFilter()
        if let text = call.query("state") {
            guard let state = OutcomeState(rawValue: text) else {
                throw .invalid("state", "must be OPEN, PENDING, CONFIRMED, FAILED or MISSED")
            }
            filter.state = state
        }
        if let text = call.query("agent_key") {
            guard let agent = Slug(Text(text)) else {
                throw .invalid("agent_key", "is not a key of an agent")
            }
            filter.agent = agent
        }
        if let text = call.query("customer_key") {
            guard let customer = CustomerKey(Text(text)) else {
                throw .invalid("customer_key", "is not a key of a customer")
            }
            filter.customer = customer
        }
        self.filter = filter
        cursor = try call.query("cursor").map { text throws(APIError) in
            do throws(PageCursorError) {
                return try PageCursor(decoding: text, list: .outcomes, account: call.account)
            } catch {
                throw APIError(error)
            }
        }
    }

    /// An address that asks the same.
    func path(
        _ path: String,
        hasState: Bool = true,
        more: [(name: String, value: String)] = []
    ) -> String {
        var pairs: [(name: String, value: String)] = []
        if hasState, let state = filter.state { pairs.append(("state", state.rawValue)) }
        if let agent = filter.agent { pairs.append(("agent_key", agent.text.string)) }
        if let customer = filter.customer {
            pairs.append(("customer_key", customer.text.string))
        }
        pairs += more
        guard !pairs.isEmpty else { return path }
        return path + "?"
            + pairs.map { "\($0.name)=\(PercentCoding.encode(Text($0.value)))" }
            .joined(separator: "&")
    }
}
