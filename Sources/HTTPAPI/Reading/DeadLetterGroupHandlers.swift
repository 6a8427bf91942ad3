// SPDX-License-Identifier: Apache-2.0

package import CatalogDomain
package import DeadLetters
import ExactValues
package import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// The outstanding dead letters by what is missing (SPEC 4, Dead letters).
enum DeadLetterGroupHandlers {
    static let listQuery = [Query.limit.rule, Query.cursor(of: .deadLetterGroups)]

    static func list(_ call: APICall) async throws -> APIAnswer {
        let account = try call.principal.account
        let catalog = try call.principal.catalog
        let page = try await call.cursor(of: .deadLetterGroups).page { cursor in
            try await call.services.deadLetters.deadLetterGroups(
                of: account,
                limit: call.query.limit,
                after: cursor
            )
        }
        return .list(page) { $1.deadLetterGroup($0, catalog) }
    }
}

extension Catalog {
    /// The code that a dead letter would have now, by the catalog alone; nil when it would route.
    ///
    /// Whether its key has got an outcome meanwhile only a dry run knows.
    package func code(now letter: DeadLetter) -> DeadLetterCode? {
        switch letter.code {
        case .outcomeIdentityMismatch, .outcomeNotOpen: return letter.code
        case .agentNotFound, .agentAmbiguous, .customerNotFound, .rateCardNotFound,
            .rateCardEntryNotFound:
            break
        }
        let signal = Signal(
            eventID: letter.eventID,
            position: IngestPosition(.max),
            receivedAt: letter.receivedAt,
            action: letter.action,
            customer: letter.customer,
            agent: letter.agent
        )
        guard case .unroutable(let code, _) = routing(for: signal, at: version) else { return nil }
        return code
    }

    /// Whether what a group lacks is there now; nil where nothing is missing.
    ///
    /// `letter`: One of the group.
    package func hasWhatIsMissing(_ group: DeadLetterGroup, _ letter: DeadLetter?) -> Bool? {
        switch group.code {
        case .agentNotFound:
            return group.agent.flatMap(agent).map { !$0.isArchived } ?? false
        case .customerNotFound:
            return group.customer.flatMap(customer).map { !$0.isArchived } ?? false
        case .rateCardNotFound:
            return rateCard(of: group).flatMap(rateCard) != nil
        case .agentAmbiguous, .rateCardEntryNotFound:
            // Which agent it would be only routing tells; it looks at what comes first, first.
            guard let letter else { return false }
            let code = code(now: letter)
            return code.map { $0.rank > group.code.rank } ?? true
        case .outcomeIdentityMismatch, .outcomeNotOpen:
            return nil
        }
    }

    /// The rate card that the group's customer has now.
    package func rateCard(of group: DeadLetterGroup) -> Slug? {
        group.customer.flatMap(customer)?.rateCard
    }
}

extension DeadLetterCode {
    /// Its place in the order in which codes are looked for.
    fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? Self.allCases.count }
}

extension JSONWriter {
    /// A group of dead letters, and what the catalog says of it now.
    mutating func deadLetterGroup(_ grouped: GroupedDeadLetters, _ catalog: Catalog) {
        let group = grouped.group
        let oldest = grouped.oldest.first
        beginObject()
        member("id", group.id.text)
        member("code", group.code.rawValue)
        name("missing")
        beginObject()
        member("agent_key", group.agent?.text)
        member("action", group.action?.text)
        member("customer_key", group.customer?.text)
        member("rate_card_key", catalog.rateCard(of: group)?.text)
        endObject()
        name("is_there")
        if let isThere = catalog.hasWhatIsMissing(group, oldest) { bool(isThere) } else { null() }
        member("count", grouped.count)
        member("oldest_received_at", oldest?.receivedAt)
        member("newest_received_at", grouped.newestReceivedAt)
        name("samples")
        beginArray()
        for letter in grouped.oldest {
            beginObject()
            member("event_id", letter.eventID.description)
            member("key", letter.key.text)
            member("action", letter.action.text)
            member("customer_key", letter.customer.text)
            member("agent_key", letter.agent?.text)
            member("received_at", letter.receivedAt)
            member("code_now", catalog.code(now: letter)?.rawValue)
            endObject()
        }
        endArray()
        endObject()
    }
}
