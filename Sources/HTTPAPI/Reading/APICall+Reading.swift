// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

extension APICall {
    /// Waits until what `?after=` names is visible in the read models (SPEC 3).
    ///
    /// - Returns: The call again; its catalog is at least as new as the token.
    /// - Throws: READ_BEHIND after the time limit, or at once where a projection has stopped.
    func afterPosition(models: [String]) async throws -> APICall {
        guard let token = query[Query.after] else { return self }
        let limit = Duration.seconds(services.limits.readSeconds)
        let reach: ReadReach = try principal.catalog.isSandbox ? .drained : .decided
        do {
            try await services.progress.wait(
                for: token,
                reach: reach,
                models: models,
                timeout: limit
            )
        } catch {
            throw APIError(error, position: nil)
        }
        guard let version = token.catalogVersion else { return self }
        return try await atCatalogVersion(version)
    }

    /// The call with a catalog that is at least as new as `version`.
    private func atCatalogVersion(_ version: Int) async throws -> APICall {
        let principal = try principal
        guard principal.catalog.version < version else { return self }
        guard
            let catalog = try await services.catalogs.catalog(
                of: principal.account,
                atLeast: version
            )
        else { throw APIError.readBehind(position: nil) }
        let renewed = Principal(
            account: principal.account,
            holder: principal.holder,
            scopes: principal.scopes,
            catalog: catalog
        )
        return APICall(
            services: services,
            request: request,
            headers: headers,
            requestID: requestID,
            parameters: parameters,
            query: query,
            caller: renewed,
            trace: trace
        )
    }

    /// The first part of the path that the client chose.
    var name: Text {
        get throws(APIError) {
            guard let name = parameters.first else { throw .notFound }
            return name
        }
    }

    /// The place of `?cursor=` in a list; a place in another account's list is an empty list.
    func cursor(of list: PageCursor.List) throws(APIError) -> ListStart {
        try place(query["cursor"], in: list)
    }

    /// The place that a text names in a list; without one its beginning.
    func place(_ text: Text?, in list: PageCursor.List) throws(APIError) -> ListStart {
        guard let text else { return .beginning }
        do {
            return .after(
                try PageCursor(
                    decoding: text.string,
                    list: list,
                    account: try principal.account
                )
            )
        } catch let error as PageCursorError where error == .foreign {
            return .nowhere
        } catch {
            throw APIError(error)
        }
    }
}

/// Where a page begins.
enum ListStart {
    case beginning
    case after(PageCursor)
    /// In the list of somebody else: nothing of it is shown.
    case nowhere

    /// The page that begins here.
    func page<Element>(
        _ read: (PageCursor?) async throws -> Page<Element>
    ) async throws -> Page<Element> {
        switch self {
        case .beginning: try await read(nil)
        case .after(let cursor): try await read(cursor)
        case .nowhere: .empty
        }
    }
}

extension APIAnswer {
    /// A list: `{"data":[..],"next_cursor":..}`.
    static func list<Element>(
        _ elements: [Element],
        next: String? = nil,
        reserving: Int = 256,
        _ write: (Element, inout JSONWriter) -> Void
    ) -> APIAnswer {
        .object(reserving: 64 + elements.count * reserving) { writer in
            writer.name("data")
            writer.beginArray()
            for element in elements {
                write(element, &writer)
            }
            writer.endArray()
            writer.member("next_cursor", next)
        }
    }

    /// A page of a list.
    static func list<Element>(
        _ page: Page<Element>,
        _ write: (Element, inout JSONWriter) -> Void
    ) -> APIAnswer {
        list(page.elements, next: page.next?.text, reserving: 640, write)
    }
}
