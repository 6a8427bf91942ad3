// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// How many records there are, and what they come to.
public struct ValueSum: Hashable, Sendable {
    /// The number of records, with a value or without.
    public private(set) var records: Int
    /// The sum of their values in US dollars, exact.
    public private(set) var usd: WideDecimal

    /// Nothing.
    public init() { self.init(records: 0, usd: .zero) }

    /// Takes a sum.
    public init(records: Int, usd: WideDecimal) {
        self.records = records
        self.usd = usd
    }

    /// Counts a record.
    public mutating func add(_ value: DeliveredValue) {
        records += 1
        if let usd = value.usd { self.usd += WideDecimal(usd) }
    }

    /// Adds another sum.
    public mutating func add(_ other: ValueSum) {
        records += other.records
        usd += other.usd
    }
}

/// What one kind of work came to in a month.
public struct ValueMonthTotal: Hashable, Sendable {
    /// The month.
    public let month: Month
    /// The kind of work.
    public let kind: ValueKind
    /// What it came to.
    public let sum: ValueSum

    /// Puts a total together.
    public init(month: Month, kind: ValueKind, sum: ValueSum) {
        self.month = month
        self.kind = kind
        self.sum = sum
    }
}

/// What one agent's work came to in a month.
public struct ValueAgentTotal: Hashable, Sendable {
    /// The month.
    public let month: Month
    /// The agent's number; nil for the records that name none.
    public let agent: Int64?
    /// What it came to.
    public let sum: ValueSum

    /// Puts a total together.
    public init(month: Month, agent: Int64?, sum: ValueSum) {
        self.month = month
        self.agent = agent
        self.sum = sum
    }
}
