// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// The name of a group of dead letters, opaque to clients.
public struct DeadLetterGroupID: Hashable, Sendable {
    /// A name of more bytes is none: a code, and three parts of at most 255 characters.
    static let limitBytes = 2_200

    /// What orders groups.
    public let bytes: [UInt8]

    /// The name that was stored.
    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads the text form; nil when it is none.
    public init?(_ text: Text) {
        let digits = text.string
        guard digits.hasPrefix(Self.prefix), digits.utf8.count <= 2 * Self.limitBytes,
            let bytes = Hex.decode(String(digits.dropFirst(Self.prefix.count))), !bytes.isEmpty
        else { return nil }
        self.bytes = bytes
    }

    /// The text form.
    public var text: String { Self.prefix + Hex.encode(bytes) }

    private static let prefix = "grp_"
}
