// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// An API token as lists show it (SPEC 2, API token).
public struct Token: Hashable, Sendable {
    /// Its public id.
    public let id: TokenID
    /// What people call it, if anything.
    public let name: Text?
    /// The first characters of what the client keeps.
    public let prefix: Text
    /// SHA-256 of what the client keeps; never shown.
    public let secretHash: Digest
    /// What it may do.
    public let scopes: Set<Scope>
    /// Whether it is admitted no longer.
    public internal(set) var isRevoked: Bool
    /// When it was admitted, and by whom.
    public let created: ChangeStamp
    /// When it became as it is here: its revocation, or else its creation.
    public internal(set) var updated: ChangeStamp
}
