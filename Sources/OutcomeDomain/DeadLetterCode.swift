// SPDX-License-Identifier: Apache-2.0

/// Why a signal could not be applied, in the order of precedence (SPEC 4, Dead letters).
public enum DeadLetterCode: String, Hashable, Sendable, CaseIterable {
    /// The named agent does not exist, or is archived.
    case agentNotFound = "AGENT_NOT_FOUND"
    /// No agent was named, and none or several fit.
    case agentAmbiguous = "AGENT_AMBIGUOUS"
    /// The customer does not exist, or is archived.
    case customerNotFound = "CUSTOMER_NOT_FOUND"
    /// The customer has no rate card.
    case rateCardNotFound = "RATE_CARD_NOT_FOUND"
    /// The customer's rate card has no entry for the agent.
    case rateCardEntryNotFound = "RATE_CARD_ENTRY_NOT_FOUND"
    /// The outcome belongs to another agent or customer.
    case outcomeIdentityMismatch = "OUTCOME_IDENTITY_MISMATCH"
    /// The outcome was final before the signal was received.
    case outcomeNotOpen = "OUTCOME_NOT_OPEN"
}

extension DeadLetterCode {
    /// Whether the code means that the signal could not open its outcome.
    public var isUnroutable: Bool {
        switch self {
        case .agentNotFound, .agentAmbiguous, .customerNotFound, .rateCardNotFound,
            .rateCardEntryNotFound:
            true
        case .outcomeIdentityMismatch, .outcomeNotOpen:
            false
        }
    }
}
