// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// A piece of valuable work that an agent has completed, as somebody recorded it (SPEC 7).
public struct DeliveredValue: Hashable, Sendable {
    /// What kind of work it was.
    public let kind: ValueKind
    /// What it was, in short.
    public let title: ValueTitle
    /// What it was, at length, if told.
    public let description: ValueDescription?
    /// What it is estimated to be worth in US dollars, >= 0, if told.
    public let usd: Decimal?
    /// The number of the agent that did it, if told; agents of the catalog have no numbers.
    public let agent: Int64?
    /// The number of the user it belongs to, if any.
    public let user: Int64?

    /// Puts a record together; nil when `usd` is below zero.
    public init?(
        kind: ValueKind,
        title: ValueTitle,
        description: ValueDescription? = nil,
        usd: Decimal? = nil,
        agent: Int64? = nil,
        user: Int64? = nil
    ) {
        if let usd, usd.isNegative { return nil }
        self.kind = kind
        self.title = title
        self.description = description
        self.usd = usd
        self.agent = agent
        self.user = user
    }
}

/// The title of a record: 1 to 200 characters (SPEC 7).
public struct ValueTitle: Hashable, Sendable {
    /// As it was given.
    public let text: Text

    /// Takes a title; nil when it is empty, too long or holds a NUL.
    public init?(_ text: Text) {
        guard (1...200).contains(text.scalarCount), !text.utf8.contains(0) else { return nil }
        self.text = text
    }
}

/// The description of a record: at most 1,000 characters (SPEC 7).
public struct ValueDescription: Hashable, Sendable {
    /// As it was given.
    public let text: Text

    /// Takes a description; nil when it is too long or holds a NUL.
    public init?(_ text: Text) {
        guard text.scalarCount <= 1000, !text.utf8.contains(0) else { return nil }
        self.text = text
    }
}
