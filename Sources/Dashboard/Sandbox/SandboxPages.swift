// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import HTTPAPI
import Identity
import OutcomeDomain
import OutcomeRuntime
import OutcomesFeed
import ProjectionKit

/// The sandbox: an account where time is moved by hand (SPEC 2, Sandbox account).
enum SandboxPages {
    static let routes: [PageRoute] = [
        .get("/dashboard/sandbox", look),
        .post("/dashboard/sandbox/advance", for: .administer, advance),
        .post("/dashboard/sandbox/new", for: .administer, create),
    ]

    /// A person has at most so many sandboxes made for them.
    private static let sandboxLimit = 20
    /// So many of what has settled are listed after the clock was moved.
    private static let settledLimit = 200

    private static func look(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp(models: ReadModels.all)
        return try await page(ClockForm(), FormProblems(), call)
    }

    private static func page(
        _ form: ClockForm,
        _ problems: FormProblems,
        _ call: PageCall
    ) async throws -> PageAnswer {
        guard call.principal.catalog.isSandbox else {
            return .page(try await livePage(name: call.form.text("name"), problems, call))
        }
        let now = try await call.services.intake.testClock(of: call.principal)
        let next = try await call.services.outcomes.nextSettlements(ofSandbox: call.account)
        return .page(
            SandboxPage(
                shell: Shell(title: "Sandbox", section: .sandbox, call),
                status: problems.status,
                now: Instant(now),
                next: next.map(SandboxPage.Next.init),
                summary: try await summary(call),
                mayMove: call.membership.role.may(.administer),
                amount: FormField(
                    "amount",
                    "Advance by",
                    value: form.amount,
                    problem: problems["by"]
                ),
                units: ClockForm.Unit.allCases.map {
                    .init(value: $0.rawValue, isChosen: $0 == form.unit)
                },
                to: FormField(
                    "to",
                    "Advance to (UTC)",
                    value: form.to.isEmpty ? Instant(now).exact : form.to,
                    hint: "Date and time of RFC 3339. The clock never goes back.",
                    problem: problems["to"]
                ),
                curl: Curl.send(
                    "POST",
                    "/v1/test-clock/advance",
                    Array(#"{"by":3600}"#.utf8),
                    at: call.dashboard.publicURL
                )
            )
        )
    }

    // MARK: Moving the clock

    private static func advance(_ call: PageCall) async throws -> PageAnswer {
        guard call.principal.catalog.isSandbox else { throw APIError.notFound }
        let form = ClockForm(call.form)
        let before = try await call.services.intake.testClock(of: call.principal)
        let receipt: IngestReceipt
        do {
            // A form that is sent twice moves the clock once where it names the instant.
            receipt = try await call.services.intake.advanceClock(
                of: call.principal,
                cause: call.call.cause
            ) { now in
                try form.target(from: now)
            }
            call.services.noteAdvance(
                of: call.account,
                by: call.principal.author,
                for: call.call
            )
        } catch {
            return try await page(form, try FormProblems(error), call)
        }
        let token = ReadToken(receipt)
        do {
            try await call.services.progress.wait(
                for: token,
                models: ReadModels.all,
                timeout: .seconds(call.services.limits.advanceSeconds)
            )
        } catch {
            throw APIError(error)
        }
        let from = PercentCoding.encode(Text(before.description))
        let to = PercentCoding.encode(Text(receipt.receivedAt.description))
        return .done(
            .advanced,
            at: "\(Section.sandbox.path)?from=\(from)&to=\(to)",
            after: token.text
        )
    }

    /// What has settled between two instants that the address names.
    private static func summary(_ call: PageCall) async throws -> SandboxPage.Summary? {
        guard let from = call.query("from").flatMap({ Timestamp($0) }),
            let to = call.query("to").flatMap({ Timestamp($0) })
        else { return nil }
        let page = try await call.services.feed.outcomes(
            of: call.account,
            filter: OutcomeFilter(updatedAfter: from),
            limit: settledLimit,
            after: nil
        )
        let settled = page.elements.filter { view in
            view.row.progress.settledAt.map { $0 > from && $0 <= to } ?? false
        }
        return SandboxPage.Summary(settled, from: from, to: to, isCut: page.next != nil)
    }

    // MARK: Making a sandbox

    private static func livePage(
        name: String,
        _ problems: FormProblems,
        _ call: PageCall
    ) async throws -> SandboxListPage {
        SandboxListPage(
            shell: Shell(title: "Sandbox", section: .sandbox, call),
            status: problems.status,
            sandboxes: try await sandboxes(call),
            mayMake: call.membership.role.may(.administer),
            name: FormField(
                "name",
                "Name",
                value: name,
                hint: "It starts empty: without agents, customers or prices.",
                problem: problems["name"]
            ),
            curl: Curl.get("/v1/test-clock", at: call.dashboard.publicURL)
        )
    }

    /// The visitor's sandboxes.
    private static func sandboxes(_ call: PageCall) async throws -> [SandboxListPage.Line] {
        var lines: [SandboxListPage.Line] = []
        for membership in try await call.dashboard.identities.memberships(
            of: call.membership.user.id
        ) {
            guard let catalog = try await call.services.catalogs.catalog(of: membership.account),
                catalog.isSandbox
            else { continue }
            lines.append(
                SandboxListPage.Line(
                    id: membership.account.text.string,
                    name: catalog.name.string,
                    role: membership.role.title
                )
            )
        }
        return lines
    }

    /// Makes the account, then its first member, then opens it.
    ///
    /// When the second step fails an empty account is left that nobody belongs to; it shows nowhere
    /// and counts for nobody. The other order would leave a member of nothing, and could not be undone
    /// either: an account keeps its last administrator.
    private static func create(_ call: PageCall) async throws -> PageAnswer {
        let name = call.form.text("name")
        var problems = FormProblems()
        if try await sandboxes(call).count >= sandboxLimit {
            problems.add("name", "cannot be given: you have \(sandboxLimit) sandboxes already")
        }
        guard problems.isEmpty else {
            return .page(try await livePage(name: name, problems, call))
        }
        var random = SystemRandomNumberGenerator()
        guard let account = APIToken.mintAccount(using: &random) else {
            throw APIError(.internalError, "No account could be made.")
        }
        let now = call.services.clock.now()
        do {
            _ = try await call.services.change(
                account,
                .createAccount(
                    AccountCreated(
                        account: account,
                        name: Text(name),
                        isSandbox: true,
                        clock: now
                    )
                ),
                by: call.principal.author,
                for: call.call
            )
        } catch {
            return .page(try await livePage(name: name, try FormProblems(error), call))
        }
        let identities = call.dashboard.identities
        guard try await identities.addMember(call.membership.user.id, to: account, as: .admin),
            let grant = try await identities.openAccount(account, call.signedIn, call.secret)
        else { throw APIError.notFound }
        return .answer(
            PageHeaders.redirect(
                to: "\(Section.sandbox.path)?done=\(Notice.sandboxMade.rawValue)",
                fields: [call.dashboard.cookie(grant.secret)]
            )
        )
    }
}
