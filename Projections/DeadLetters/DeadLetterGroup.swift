// SPDX-License-Identifier: Apache-2.0

import ExactValues
public import OutcomeDomain

/// What keeps dead letters from being counted: their code, and the one thing that is missing.
///
/// A group is what the code depends on and no more, so that whoever puts it knows which letters that
/// can help (SPEC 4, Dead letters).
public struct DeadLetterGroup: Hashable, Sendable {
    /// Why the letters were not applied.
    public let code: DeadLetterCode
    /// The agent that is missing, or that has no price.
    public let agent: Slug?
    /// What several agents or none fit to; only where the letters name no agent.
    public let action: Action?
    /// The customer that is missing, that has no rate card, or whose rate card lacks the agent.
    public let customer: CustomerKey?

    /// The group of a letter.
    public init(of letter: DeadLetter) {
        let code = letter.code
        self.code = code
        let dependsOnAgent: Bool
        switch code {
        case .agentNotFound, .agentAmbiguous, .rateCardEntryNotFound: dependsOnAgent = true
        case .customerNotFound, .rateCardNotFound, .outcomeIdentityMismatch, .outcomeNotOpen:
            dependsOnAgent = false
        }
        agent = dependsOnAgent ? letter.agent : nil
        action = dependsOnAgent && letter.agent == nil ? letter.action : nil
        switch code {
        case .customerNotFound, .rateCardNotFound, .rateCardEntryNotFound:
            customer = letter.customer
        case .agentNotFound, .agentAmbiguous, .outcomeIdentityMismatch, .outcomeNotOpen:
            customer = nil
        }
    }

    /// Puts a group together that was read.
    public init(code: DeadLetterCode, agent: Slug?, action: Action?, customer: CustomerKey?) {
        self.code = code
        self.agent = agent
        self.action = action
        self.customer = customer
    }

    /// Its name, and its place among the groups of an account: code, agent, action and customer,
    /// divided by zero bytes, which none of them has.
    public var id: DeadLetterGroupID {
        var bytes = Array(code.rawValue.utf8)
        for part in [agent?.text, action?.text, customer?.text] {
            bytes.append(0)
            if let part { bytes.append(contentsOf: part.utf8) }
        }
        return DeadLetterGroupID(bytes: bytes)
    }
}
