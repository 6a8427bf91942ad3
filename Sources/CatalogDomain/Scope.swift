// SPDX-License-Identifier: Apache-2.0

/// What a token may do (SPEC 2, API token).
public enum Scope: String, Hashable, Sendable, CaseIterable {
    /// Post events.
    case ingest
    /// Read everything of the account.
    case read
    /// Change the catalog, redrive and discard; includes the other two.
    case admin
}
