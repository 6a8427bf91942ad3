// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

extension APICall {
    /// The key of an agent or a rate card in the path; nil when there can be none of that name.
    var slug: Slug? {
        get throws(APIError) { Slug(try name) }
    }

    /// The key under which an agent or a rate card is to be put.
    var slugToPut: Slug {
        get throws(APIError) {
            guard let slug = try slug else {
                throw .invalid(
                    "key",
                    "must be a letter or digit, then [a-z0-9_-], at most 63 characters"
                )
            }
            return slug
        }
    }

    /// Changes the caller's catalog; durable and visible when it returns.
    func change(_ command: CatalogCommand) async throws -> CatalogChange {
        let principal = try await principalNow()
        return try await services.change(
            principal.account,
            command,
            by: principal.author,
            for: self
        )
    }

    /// A page of one of the catalog's lists.
    func catalogList<Key, Entity>(
        _ list: CatalogCursor.List,
        _ readKey: (Text) -> Key?,
        _ keyOf: (Entity) -> Text,
        _ page: (Key?, Int) -> [Entity],
        write: (Entity, inout JSONWriter) -> Void
    ) throws -> APIAnswer {
        let limit = query.limit
        let cursor = CatalogCursor(list: list, account: try principal.account)
        let entities: [Entity]
        switch try cursor.read(query["cursor"]) {
        case .beginning: entities = page(nil, limit + 1)
        case .nowhere: entities = []
        case .after(let text):
            guard let key = readKey(text) else {
                throw APIError.invalid("cursor", "is not a cursor of this list")
            }
            entities = page(key, limit + 1)
        }
        let shown = Array(entities.prefix(limit))
        let next = entities.count > limit ? shown.last.map { cursor.text(after: keyOf($0)) } : nil
        return .list(shown, next: next, write)
    }
}

extension CatalogChange {
    /// The position that shows this change.
    var position: String { ReadToken(catalogVersion: version).text }

    /// The answer to a change: the object as it is now, with `position`.
    ///
    /// `created` tells the change that made the object: 201 when it was this one.
    func answer<Entity>(
        _ entity: Entity?,
        _ created: (Entity) -> ChangeStamp?,
        _ write: (Entity, inout JSONWriter) -> Void
    ) throws(APIError) -> APIAnswer {
        guard let entity else { throw .notFound }
        let isNew = !events.isEmpty && created(entity)?.version == version
        return .object(status: isNew ? 201 : 200) { writer in
            write(entity, &writer)
            writer.member("position", position)
        }
    }
}
