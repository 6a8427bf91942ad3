// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// Names an outcome: 8 to 255 characters, no control characters, unique per account (SPEC 3).
public struct OutcomeKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The key as given by the client.
    public let text: Text

    /// Takes a key; nil when it breaks the rule.
    public init?(_ text: Text) {
        guard (8...255).contains(text.scalarCount), !text.hasControlCharacter else { return nil }
        self.text = text
    }

    /// The key as given.
    public var description: String { text.string }

    /// By bytes.
    public static func < (left: OutcomeKey, right: OutcomeKey) -> Bool { left.text < right.text }
}

/// What a signal says happened: 1 to 255 characters (SPEC 3).
public struct Action: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The action as given by the client.
    public let text: Text

    /// Takes an action; nil when it is empty, too long or holds a NUL.
    public init?(_ text: Text) {
        guard (1...255).contains(text.scalarCount), !text.utf8.contains(0) else { return nil }
        self.text = text
    }

    /// The action as given.
    public var description: String { text.string }

    /// By bytes.
    public static func < (left: Action, right: Action) -> Bool { left.text < right.text }
}

/// Names a customer: 1 to 255 characters, no control characters (SPEC 2).
public struct CustomerKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The key as given by the client.
    public let text: Text

    /// Takes a key; nil when it breaks the rule.
    public init?(_ text: Text) {
        guard (1...255).contains(text.scalarCount), !text.hasControlCharacter else { return nil }
        self.text = text
    }

    /// The key as given.
    public var description: String { text.string }

    /// By bytes.
    public static func < (left: CustomerKey, right: CustomerKey) -> Bool { left.text < right.text }
}

/// Names an agent or a rate card: a letter or digit, then `[a-z0-9_-]`, at most 63 (SPEC 2).
public struct Slug: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The slug as text.
    public let text: Text

    /// Takes a slug; nil when it breaks the rule.
    ///
    /// Letters are lower-case ASCII.
    public init?(_ text: Text) {
        let bytes = text.utf8
        guard let first = bytes.first, bytes.count <= 63, Self.isLetterOrDigit(first) else {
            return nil
        }
        for byte in bytes.dropFirst() {
            guard Self.isLetterOrDigit(byte) || byte == 0x5F || byte == 0x2D else { return nil }
        }
        self.text = text
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// The slug as text.
    public var description: String { text.string }

    /// By bytes.
    public static func < (left: Slug, right: Slug) -> Bool { left.text < right.text }
}
