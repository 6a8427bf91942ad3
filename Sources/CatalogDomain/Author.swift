// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// Who changed the catalog: a token's id, or the command line (SPEC 2).
public struct Author: Hashable, Sendable, CustomStringConvertible {
    /// The author as it is recorded.
    public let text: Text

    /// Names an author.
    public init(text: Text) { self.text = text }

    /// Whoever sits at the machine.
    public static let commandLine = Author(text: "cli")

    /// The author as it is recorded.
    public var description: String { text.string }
}
