// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import HTTPAPI
import Identity
import OutcomeRuntime
import ProjectionKit

/// A request for a page by somebody who has signed in.
struct PageCall: Sendable {
    let call: APICall
    let dashboard: Dashboard
    let signedIn: SignedIn
    let secret: SessionSecret
    /// Who asks, as the API knows them.
    let principal: Principal
    /// The query's fields.
    let fields: Form
    /// The form that was sent; empty for a page that is only looked at.
    let form: Form

    var services: APIServices { call.services }
    var membership: Membership { signedIn.membership }
    var account: AccountID { principal.account }

    /// The parts of the path that the visitor chose.
    var parameters: [Text] { call.parameters }

    /// The first part of the path that the visitor chose.
    var name: Text { call.parameters.first ?? "" }

    /// A field of the query; nil when it is missing or empty.
    func query(_ name: String) -> String? {
        fields[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The same call once what `?after=` names is visible in the read models, so that a page shows
    /// what a form on it has just done.
    ///
    /// Unlike the API a page is shown even when that takes too long.
    func caughtUp(models: [String] = []) async throws -> PageCall {
        guard let text = query("after"), let token = ReadToken(text) else { return self }
        do {
            try await services.progress.wait(
                for: token,
                reach: principal.catalog.isSandbox ? .drained : .decided,
                models: models,
                timeout: .seconds(services.limits.readSeconds)
            )
        } catch {
            // The page says when it was made; reloading it shows more.
        }
        // What was asked of the log may have changed the catalog, too.
        guard
            let catalog = try await services.catalogs.catalog(
                of: account,
                atLeast: token.catalogVersion ?? 0
            )
        else { return self }
        return PageCall(
            call: call,
            dashboard: dashboard,
            signedIn: signedIn,
            secret: secret,
            principal: Principal(
                account: account,
                holder: principal.holder,
                scopes: principal.scopes,
                catalog: catalog
            ),
            fields: fields,
            form: form
        )
    }

    /// Changes the account's catalog in the visitor's name.
    func change(_ command: CatalogCommand) async throws -> CatalogChange {
        try await services.change(account, command, by: principal.author, for: call)
    }
}
