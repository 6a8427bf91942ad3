// SPDX-License-Identifier: Apache-2.0

/// What a password is checked against: scrypt (RFC 7914) with a salt of its own.
///
/// Written as `scrypt$ln=15,r=8,p=3$<salt>$<hash>` in Base64, so that its cost can grow later.
public struct PasswordHash: Hashable, Sendable {
    /// As it is kept.
    public let text: String

    /// Takes what was kept; it is judged when a password is checked against it.
    public init(stored text: String) { self.text = text }
}

extension PasswordHash: CustomStringConvertible, CustomReflectable {
    /// Never shows the hash.
    public var description: String { "a password hash" }

    /// Never shows the hash.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
