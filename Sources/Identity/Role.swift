// SPDX-License-Identifier: Apache-2.0

/// What a member may do in an account's dashboard.
public enum Role: String, Hashable, Sendable, CaseIterable {
    /// Everything, members and tokens included.
    case admin
    /// Reads everything; changes customers and rate cards.
    case finance
    /// Reads everything, changes nothing.
    case readOnly = "read_only"

    /// Whether the role includes a right.
    public func may(_ right: Right) -> Bool {
        switch (self, right) {
        case (.admin, _), (_, .read), (.finance, .price): true
        case (.finance, .administer), (.readOnly, .price), (.readOnly, .administer): false
        }
    }
}

/// What something in the dashboard asks for.
public enum Right: Hashable, Sendable {
    /// See what the account has.
    case read
    /// Change customers and rate cards.
    case price
    /// Change agents, tokens, members and the test clock; redrive and discard.
    case administer
}
