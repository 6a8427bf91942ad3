// SPDX-License-Identifier: Apache-2.0

import DeadLetters
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// The outstanding dead letters.
enum DeadLetterHandlers {
    static let listQuery = [
        Query.group.rule, Query.code.rule, Query.key.rule, Query.customer.rule, Query.agent.rule,
        Query.action.rule,
        Query.receivedFrom.rule, Query.receivedBefore.rule, Query.limit.rule,
        Query.cursor(of: .deadLetters),
    ]

    static func list(_ call: APICall) async throws -> APIAnswer {
        let account = try call.principal.account
        let filter = DeadLetterFilter(
            group: call.query[Query.group],
            code: call.query[Query.code],
            key: call.query[Query.key],
            customer: call.query[Query.customer],
            agent: call.query[Query.agent],
            action: call.query[Query.action],
            receivedFrom: call.query[Query.receivedFrom],
            receivedBefore: call.query[Query.receivedBefore]
        )
        let page = try await call.cursor(of: .deadLetters).page { cursor in
            try await call.services.deadLetters.deadLetters(
                of: account,
                filter: filter,
                limit: call.query.limit,
                after: cursor
            )
        }
        return .list(page) { $1.deadLetter($0) }
    }

    static func get(_ call: APICall) async throws -> APIAnswer {
        guard let id = EventID(try call.name.string),
            let letter = try await call.services.deadLetters.deadLetter(
                id,
                account: try call.principal.account
            )
        else { throw APIError.notFound }
        var writer = JSONWriter(reserving: 512)
        writer.deadLetter(letter)
        return APIAnswer(body: writer.bytes)
    }
}
