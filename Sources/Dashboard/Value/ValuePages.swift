// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import HTTPAPI
import Identity
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit
import ValueDelivered

/// Value delivered (SPEC 7): what it comes to, each record, and recording one by hand.
enum ValuePages {
    static let routes: [PageRoute] = [
        .get("/dashboard/value", list),
        .post("/dashboard/value", for: .price, record),
    ]

    private static let path = "/dashboard/value"
    private static let model = "value_delivered"
    private static let monthsShown = 12
    private static let agentsLimit = 50

    private static func list(_ call: PageCall) async throws -> PageAnswer {
        .page(try await page(call, ValueForm(Form()), FormProblems()))
    }

    private static func page(
        _ call: PageCall,
        _ form: ValueForm,
        _ problems: FormProblems
    ) async throws -> ValuePage {
        let call = try await call.caughtUp(models: [model])
        let records = call.services.values.records
        let last = Month(of: try await call.now())
        let first = Month(number: max(0, last.number - monthsShown + 1)) ?? last
        let cursor = call.query("cursor").flatMap { text in
            try? PageCursor(decoding: text, list: .values, account: call.account)
        }
        let page = try await records.values(
            of: call.account,
            user: nil,
            limit: PageLimits.defaultRows,
            after: cursor
        )
        let agents = try await records.agentTotals(
            of: call.account,
            user: nil,
            in: last,
            limit: agentsLimit,
            after: nil
        )
        var names = AuthorNames(call)
        var lines: [ValuePage.Line] = []
        for record in page.elements {
            var name: String?
            if let user = record.value.user { name = await names.name(ofUser: user) }
            lines.append(ValuePage.Line(record, user: name))
        }
        return ValuePage(
            shell: Shell(title: "Value delivered", section: .value, call),
            status: problems.status,
            months: ValuePage.months(
                try await records.monthTotals(of: call.account, user: nil, in: first...last)
            ),
            month: last.description,
            agents: agents.elements.map(ValuePage.AgentLine.init),
            records: lines,
            first: cursor == nil ? nil : path,
            next: page.next.map { "\(path)?cursor=\(PercentCoding.encode(Text($0.text)))" },
            mayRecord: call.membership.role.may(.price),
            form: form.shown(problems),
            others: problems.others(than: ValueForm.names),
            curl: """
                curl -X POST -H "Authorization: Bearer $INTERNAL_API_KEY" \\
                  -H "Content-Type: application/json" \\
                  --data '{"outcomeType": "task_complete", "title": "Migrated a tenant", "valueUsd": 120}' \\
                  \(Curl.quoted(call.dashboard.publicURL + "/api/outcomes"))
                """
        )
    }

    private static func record(_ call: PageCall) async throws -> PageAnswer {
        let form = ValueForm(call.form)
        var problems = FormProblems()
        guard let value = form.value(of: call.principal.user, &problems) else {
            return .page(try await page(call, form, problems))
        }
        let submission = ValueSubmission(
            value: value,
            metadata: [],
            idempotencyKey: form.key,
            trace: call.call.trace,
            request: call.call.requestID
        )
        switch try await call.services.intake.record(submission, as: call.principal) {
        case .accepted(let receipt), .duplicate(let receipt, bodyConflict: false):
            return .done(.saved, at: path, after: ReadToken(receipt).text)
        case .duplicate(_, bodyConflict: true):
            problems.add(
                "This form",
                "was sent before, with something else in it: send it again if it is another record."
            )
            return .page(try await page(call, form, problems))
        case .refused, .outdated, .failed:
            throw APIError(StoreError(.unavailable))
        }
    }
}
