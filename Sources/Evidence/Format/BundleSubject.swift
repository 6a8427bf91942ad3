// SPDX-License-Identifier: Apache-2.0

public import BillingLedger
public import ExactValues
public import OutcomeDomain

/// What a bundle is evidence of.
public enum BundleSubject: Hashable, Sendable {
    /// These outcomes, in this order.
    case outcomes([OutcomeKey])
    /// The posting of one outcome.
    case posting(PostingID)
    /// What was booked for a customer from an instant (included) to another (excluded), newest first.
    case period(CustomerKey, from: Timestamp, to: Timestamp)

    /// The most outcomes that one bundle names; periods have no such bound.
    public static let limitKeys = 1_000
}

/// The first line of a bundle: whose log it is from, and what it is about.
public struct BundleHead: Hashable, Sendable {
    /// The number of the format; others are refused.
    public static let format = 1

    /// The name of the log.
    public let log: String
    /// The account.
    public let account: AccountID
    /// How many partitions the log spreads outcomes over; that of the catalogs comes after them.
    public let partitions: Int
    /// What it is about.
    public let subject: BundleSubject
    /// When it was asked for, by the clock of the machine that made it.
    public let madeAt: Timestamp

    /// Puts a head together.
    public init(
        log: String,
        account: AccountID,
        partitions: Int,
        subject: BundleSubject,
        madeAt: Timestamp
    ) {
        self.log = log
        self.account = account
        self.partitions = partitions
        self.subject = subject
        self.madeAt = madeAt
    }
}

extension BundleHead {
    func write(to writer: inout JSONWriter) {
        writer.member("format", Self.format)
        writer.member("log", log)
        writer.member("account", account.text)
        writer.member("partitions", partitions)
        switch subject {
        case .outcomes(let keys):
            writer.member("subject", "outcomes")
            writer.name("keys")
            writer.beginArray()
            for key in keys {
                writer.text(key.text)
            }
            writer.endArray()
        case .posting(let id):
            writer.member("subject", "posting")
            writer.member("posting", id.description)
        case .period(let customer, let from, let to):
            writer.member("subject", "period")
            writer.member("customer_key", customer.text)
            writer.member("from", from)
            writer.member("to", to)
        }
        writer.member("made_at", madeAt)
    }

    init(_ reader: inout LineReader) throws(LineFault) {
        try reader.name("format")
        guard try reader.integer() == Self.format else { throw reader.fault() }
        try reader.name("log")
        log = try reader.text().string
        try reader.name("account")
        guard let account = AccountID(try reader.text().string) else { throw reader.fault() }
        self.account = account
        try reader.name("partitions")
        partitions = try reader.integer()
        try reader.name("subject")
        switch try reader.text() {
        case "outcomes": subject = .outcomes(try Self.keys(&reader))
        case "posting":
            try reader.name("posting")
            guard let id = PostingID(try reader.text().string) else { throw reader.fault() }
            subject = .posting(id)
        case "period":
            try reader.name("customer_key")
            guard let customer = CustomerKey(try reader.text()) else { throw reader.fault() }
            try reader.name("from")
            let from = try reader.timestamp()
            try reader.name("to")
            subject = .period(customer, from: from, to: try reader.timestamp())
        default: throw reader.fault()
        }
        try reader.name("made_at")
        madeAt = try reader.timestamp()
    }

    private static func keys(_ reader: inout LineReader) throws(LineFault) -> [OutcomeKey] {
        try reader.name("keys")
        try reader.expect("[")
        var keys: [OutcomeKey] = []
        while !reader.accept("]") {
            if !keys.isEmpty { try reader.expect(",") }
            guard keys.count < BundleSubject.limitKeys, let key = OutcomeKey(try reader.text())
            else { throw reader.fault() }
            keys.append(key)
        }
        return keys
    }
}
