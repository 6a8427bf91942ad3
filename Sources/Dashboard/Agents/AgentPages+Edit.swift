// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import HTTPAPI
import OutcomeDomain
import OutcomeRuntime
import TrafficStudy

/// New agents and changed contracts: checked and tried by whoever may read, published by whoever
/// may administer.
extension AgentPages {
    static func blank(_ call: PageCall) async throws -> PageAnswer {
        .page(AgentEditor(opening: nil, call).page)
    }

    static func edit(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp()
        return .page(AgentEditor(opening: try agent(call), call).page)
    }

    // MARK: Checking and trying

    static func study(_ call: PageCall) async throws -> PageAnswer {
        let known = call.parameters.isEmpty ? nil : try agent(call)
        var editor = AgentEditor(sent: known, call)
        do {
            let contract = try editor.form.contract()
            if call.form["do"] == "try" {
                try await tryOut(contract, &editor)
            } else {
                editor.study = try await call.call.unlessGone {
                    try await call.services.linter.lint(
                        contract,
                        agent: known?.key,
                        as: call.principal
                    )
                }
            }
        } catch let error as ValidationFailure {
            editor.problems = error.details
        } catch let error as StudyError {
            editor.trouble = APIError(error as any Error).message
        }
        return .page(editor.page)
    }

    private static func tryOut(_ contract: Contract, _ editor: inout AgentEditor) async throws {
        do {
            let request = try editor.tryForm.request(contract)
            let call = editor.call
            editor.result = try await call.call.unlessGone {
                try await call.services.simulations.simulate(request, as: call.principal)
            }
        } catch let error as ValidationFailure {
            editor.tryProblems = error.details
        }
    }

    // MARK: Publishing

    static func create(_ call: PageCall) async throws -> PageAnswer {
        var editor = AgentEditor(sent: nil, call)
        let key: Slug
        do {
            key = try editor.form.newKey(in: call.principal.catalog)
        } catch {
            editor.problems = error.details
            do {
                _ = try editor.form.body()
            } catch {
                editor.problems += error.details
            }
            return .page(editor.page)
        }
        return try await put(key, &editor)
    }

    static func publish(_ call: PageCall) async throws -> PageAnswer {
        let known = try agent(call)
        var editor = AgentEditor(sent: known, call)
        guard editor.form.basedOn == known.contractVersion else {
            var names = AuthorNames(call)
            let author = await names.name(of: known.updated.author)
            editor.trouble =
                "Nothing was published: \(author) has published version \(known.contractVersion) "
                + "since you opened this form. Look at it, then publish yours if you still want to."
            editor.form.basedOn = known.contractVersion
            return .page(editor.page)
        }
        return try await put(known.key, &editor)
    }

    private static func put(_ key: Slug, _ editor: inout AgentEditor) async throws -> PageAnswer {
        do {
            let body = try editor.form.body()
            let change = try await editor.call.change(.putAgent(key, body))
            let notice = change.events.isEmpty ? Notice.unchanged : .saved
            return .done(notice, at: path(of: key), after: change.token)
        } catch let error as ValidationFailure {
            editor.problems = error.details
        } catch CatalogChangeError.rejected(.invalid(let failure)) {
            editor.problems = failure.details
        }
        return .page(editor.page)
    }
}
