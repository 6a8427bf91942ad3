// SPDX-License-Identifier: Apache-2.0

import DeadLetters
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// The outstanding dead letters.
enum DeadLetterHandlers {
    static let filters = [
        "code", "key", "customer_key", "agent_key", "action", "received_from", "received_before",
        "limit", "cursor",
    ]

    static func list(_ call: APICall) async throws -> APIAnswer {
        let account = try call.principal.account
        var reader = QueryReader(call.query)
        let filter = DeadLetterFilter(
            code: reader.value("code", "is not a dead letter's code") {
                DeadLetterCode(rawValue: $0.string)
            },
            key: reader.outcomeKey("key"),
            customer: reader.customer("customer_key"),
            agent: reader.slug("agent_key"),
            action: reader.value("action", "must have 1 to 255 characters") { Action($0) },
            receivedFrom: reader.instant("received_from"),
            receivedBefore: reader.instant("received_before")
        )
        let limit = reader.limit()
        try reader.finish()
        let page = try await call.cursor(of: .deadLetters).page { cursor in
            try await call.services.deadLetters.deadLetters(
                of: account,
                filter: filter,
                limit: limit,
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
