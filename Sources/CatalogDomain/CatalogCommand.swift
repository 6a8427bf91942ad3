// SPDX-License-Identifier: Apache-2.0

public import OutcomeDomain

/// What somebody asks of an account's catalog (SPEC 2).
public enum CatalogCommand: Hashable, Sendable {
    /// Create the account; the first thing on every catalog stream.
    case createAccount(AccountCreated)
    /// Create, change or revive an agent.
    case putAgent(Slug, AgentBody)
    /// Let an agent open nothing new.
    case archiveAgent(Slug)
    /// Create, change or revive a customer.
    case putCustomer(CustomerKey, CustomerBody)
    /// Let a customer open nothing new.
    case archiveCustomer(CustomerKey)
    /// Create, change or revive a rate card.
    case putRateCard(Slug, RateCardBody)
    /// Take a rate card out of use for the future; its assignments stay in force.
    case archiveRateCard(Slug)
    /// Admit a token whose secret the caller has made.
    case createToken(TokenCreated)
    /// Admit a token no longer.
    case revokeToken(TokenID)
    /// Take note of a request to erase a customer's personal data, once.
    case erasePersonalData(PersonalDataErasure)
}
