// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import DeadLetters
import ExactValues
import HTTPAPI
import OutcomeDomain

/// Why signals are dead letters, for people, and where it is mended.
struct CauseWords: Sendable {
    let code: String
    /// A sentence about the kind of cause.
    let sentence: String
    /// What is missing, as the client named it.
    let subject: String?
    let mendText: String?
    let mendPath: String?

    /// `mayPrice`: Whether the visitor may make customers and prices; else no way there is shown.
    init(_ group: DeadLetterGroup, _ catalog: Catalog, mayPrice: Bool) {
        code = group.code.rawValue
        let customerPath = group.customer.flatMap(catalog.customer).map {
            CustomerPages.path(of: $0.key)
        }
        let agentPath = group.agent.flatMap(catalog.agent).map { AgentPages.path(of: $0.key) }
        switch group.code {
        case .agentNotFound:
            sentence = "The agent they name does not exist, or is archived."
            subject = group.agent?.text.string
            mendText = agentPath == nil ? "Create the agent" : "To the agent"
            mendPath = agentPath ?? Self.new(.agents, group.agent?.text)
        case .agentAmbiguous:
            sentence = "They name no agent, and not exactly one agent fits the action."
            subject = group.action?.text.string
            (mendText, mendPath) = ("To the agents", Section.agents.path)
        case .customerNotFound:
            sentence = "The customer they name does not exist, or is archived."
            subject = group.customer?.text.string
            mendText = customerPath == nil ? "Create the customer" : "To the customer"
            mendPath =
                customerPath ?? (mayPrice ? Self.new(.customers, group.customer?.text) : nil)
        case .rateCardNotFound:
            sentence = "The customer has no rate card."
            subject = group.customer?.text.string
            (mendText, mendPath) = ("To the customer", customerPath)
        case .rateCardEntryNotFound:
            sentence = "The customer's rate card has no price for the agent."
            subject = group.customer?.text.string
            let card = catalog.rateCard(of: group)
            mendText = mayPrice ? "Change the rate card" : "To the rate card"
            mendPath = card.map {
                mayPrice ? RateCardPages.root(of: $0) + "/edit" : RateCardPages.path(of: $0)
            }
        case .outcomeIdentityMismatch:
            sentence = "The outcome belongs to another agent or customer: trying again is no use."
            (subject, mendText, mendPath) = (nil, nil, nil)
        case .outcomeNotOpen:
            sentence = "The outcome was final before they were received: trying again is no use."
            (subject, mendText, mendPath) = (nil, nil, nil)
        }
    }

    /// The form of what is missing, with the key filled in.
    private static func new(_ section: Section, _ key: Text?) -> String {
        "\(section.path)/new" + (key.map { "?key=" + PercentCoding.encode($0) } ?? "")
    }
}

/// A group of dead letters, and what the catalog says of it now.
struct GroupLines: Sendable {
    let path: String
    let cause: CauseWords
    let agent: String?
    let action: String?
    let customer: String?
    /// A badge's class and words: whether what was missing is there.
    let tone: String
    let verdict: String
    let count: Int
    let oldestAt: Instant?
    let newestAt: Instant
    let samples: [LetterLine]

    init(_ grouped: GroupedDeadLetters, _ catalog: Catalog, mayPrice: Bool) {
        let group = grouped.group
        path = DeadLetterPages.path(of: group.id)
        cause = CauseWords(group, catalog, mayPrice: mayPrice)
        agent = group.agent?.text.string
        action = group.action?.text.string
        customer = group.customer?.text.string
        switch catalog.hasWhatIsMissing(group, grouped.oldest.first) {
        case true?: (tone, verdict) = ("good", "It is there now: a redrive helps")
        case false?: (tone, verdict) = ("wait", "Still missing")
        case nil: (tone, verdict) = ("", "Nothing is missing")
        }
        count = grouped.count
        oldestAt = grouped.oldest.first.map { Instant($0.receivedAt) }
        newestAt = Instant(grouped.newestReceivedAt)
        samples = grouped.oldest.map { LetterLine($0, catalog) }
    }
}

/// One dead letter as a row.
struct LetterLine: Sendable {
    let eventID: String
    let path: String
    let key: String
    let outcomePath: String
    /// Where its way through the service is told.
    let journeyPath: String
    let action: String
    let customer: String
    let agent: String?
    let code: String
    /// The code that it would have now, by the catalog alone; nil when it would route.
    let codeNow: String?
    let receivedAt: Instant
    let isParked: Bool

    init(_ letter: DeadLetter, _ catalog: Catalog) {
        eventID = letter.eventID.description
        path = DeadLetterPages.path(of: letter.eventID)
        key = letter.key.text.string
        outcomePath = OutcomeLine.path(of: letter.key)
        journeyPath = JourneyPages.path(of: letter.eventID)
        action = letter.action.text.string
        customer = letter.customer.text.string
        agent = letter.agent?.text.string
        code = letter.code.rawValue
        codeNow = catalog.code(now: letter)?.rawValue
        receivedAt = Instant(letter.receivedAt)
        isParked = letter.parked
    }
}
