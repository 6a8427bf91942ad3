// SPDX-License-Identifier: Apache-2.0

public import CatalogDomain
import EventSchema
public import EventStore
public import ExactValues
import OutcomeDomain

/// Reads an account's catalog stream from its first event on, checks its chain and its form, and
/// decides every change on it again with this program's rules.
public struct CatalogReview: Sendable {
    /// The stream.
    public let stream: StreamID
    /// The last version that was taken; 0 before the first.
    public private(set) var version = 0
    /// Its hash; 32 zero bytes before the first.
    public private(set) var hash = Digest.zero
    /// The catalog the stored facts come to.
    public private(set) var catalog = Catalog()
    /// Whether decisions are made no more, because a part of the stream is missing or unreadable.
    public private(set) var isBlind = false

    /// Begins before the first event of a stream.
    public init(of stream: StreamID) { self.stream = stream }

    /// Takes the next event of the stream.
    ///
    /// - Parameters:
    ///   - event: The event as stored; that it is of this stream is the caller's duty.
    ///   - findings: What is found is added here.
    public mutating func take(
        _ event: StoredEvent,
        into findings: inout [ReviewFinding]
    ) {
        let place = ReviewPlace(event)
        if event.version != version + 1 {
            findings.append(
                ReviewFinding(.gap(after: version, found: event.version), at: place)
            )
            hash = event.previous
            isBlind = true
        }
        defer {
            version = event.version
            hash = event.hash
        }
        let reform: EventReform<CatalogFact>
        do throws(SchemaError) {
            reform = try CatalogEventSchema.reform(event, previous: hash)
        } catch {
            event.checkChain(after: hash, at: place, into: &findings)
            findings.append(ReviewFinding(.unreadable(error), at: place))
            isBlind = true
            return
        }
        event.check(against: reform.formed, at: place, into: &findings)
        if !isBlind { judge(reform.fact, at: place, into: &findings) }
        catalog.evolve(reform.fact)
    }

    private func judge(
        _ fact: CatalogFact,
        at place: ReviewPlace,
        into findings: inout [ReviewFinding]
    ) {
        if case .accountCreated(let created) = fact.event, created.account != stream.account {
            findings.append(ReviewFinding(.factSurplus("another account"), at: place))
        }
        let decided: [CatalogEvent]
        do throws(CatalogRejection) {
            decided = try catalog.decide(CatalogCommand(asking: fact.event))
        } catch {
            findings.append(
                ReviewFinding(.factSurplus("a change that is refused: \(error.word)"), at: place)
            )
            return
        }
        guard let event = decided.first else {
            findings.append(
                ReviewFinding(.factSurplus("a change that changes nothing"), at: place)
            )
            return
        }
        guard event != fact.event else { return }
        findings.append(
            ReviewFinding(
                .valueDiffers(field: "change", from: "one event", to: "another"),
                at: place
            )
        )
    }
}

extension CatalogCommand {
    /// What was asked, so that this change could come of it.
    fileprivate init(asking event: CatalogEvent) {
        switch event {
        case .accountCreated(let created):
            self = .createAccount(created)
        case .agentPut(let put):
            self = .putAgent(put.agent, AgentBody(name: put.name, contract: put.contract))
        case .agentArchived(let agent):
            self = .archiveAgent(agent)
        case .customerPut(let put):
            self = .putCustomer(
                put.customer,
                CustomerBody(name: put.name, rateCard: put.rateCard)
            )
        case .customerArchived(let customer):
            self = .archiveCustomer(customer)
        case .rateCardPut(let put):
            self = .putRateCard(
                put.rateCard,
                RateCardBody(name: put.name, currency: put.currency, entries: put.entries)
            )
        case .rateCardArchived(let card):
            self = .archiveRateCard(card)
        case .tokenCreated(let created):
            self = .createToken(created)
        case .tokenRevoked(let token):
            self = .revokeToken(token)
        case .personalDataErased(let erasure):
            self = .erasePersonalData(erasure)
        }
    }
}

extension CatalogRejection {
    fileprivate var word: String {
        switch self {
        case .notFound: "not found"
        case .alreadyExists: "already exists"
        case .invalid(let failure): failure.details.map(\.field).joined(separator: ", ")
        }
    }
}
