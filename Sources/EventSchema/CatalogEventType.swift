// SPDX-License-Identifier: Apache-2.0

import CatalogDomain

/// The types of events on a catalog stream.
enum CatalogEventType: String, WrittenType {
    case accountCreated = "account_created"
    case agentPut = "agent_put"
    case agentArchived = "agent_archived"
    case customerPut = "customer_put"
    case customerArchived = "customer_archived"
    case rateCardPut = "rate_card_put"
    case rateCardArchived = "rate_card_archived"
    case tokenCreated = "token_created"
    case tokenRevoked = "token_revoked"
    case personalDataErased = "personal_data_erased"

    var written: StaticString {
        switch self {
        case .accountCreated: "\"account_created\""
        case .agentPut: "\"agent_put\""
        case .agentArchived: "\"agent_archived\""
        case .customerPut: "\"customer_put\""
        case .customerArchived: "\"customer_archived\""
        case .rateCardPut: "\"rate_card_put\""
        case .rateCardArchived: "\"rate_card_archived\""
        case .tokenCreated: "\"token_created\""
        case .tokenRevoked: "\"token_revoked\""
        case .personalDataErased: "\"personal_data_erased\""
        }
    }

    /// The type an event is written as.
    init(_ event: CatalogEvent) {
        self =
            switch event {
            case .accountCreated: .accountCreated
            case .agentPut: .agentPut
            case .agentArchived: .agentArchived
            case .customerPut: .customerPut
            case .customerArchived: .customerArchived
            case .rateCardPut: .rateCardPut
            case .rateCardArchived: .rateCardArchived
            case .tokenCreated: .tokenCreated
            case .tokenRevoked: .tokenRevoked
            case .personalDataErased: .personalDataErased
            }
    }
}
