// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// A request to try a dead letter again; a record of the ingest log (SPEC 3).
public struct RedrivePayload: Hashable, Sendable {
    /// The outcome it is about.
    public let key: OutcomeKey
    /// The dead letter.
    public let eventID: EventID
    /// Who asked.
    public let author: Text
    /// Why, if they said.
    public let reason: Text?

    /// Puts a request together.
    public init(key: OutcomeKey, eventID: EventID, author: Text, reason: Text?) {
        self.key = key
        self.eventID = eventID
        self.author = author
        self.reason = reason
    }
}

/// A request to give a dead letter up for good; a record of the ingest log (SPEC 3).
public struct DiscardPayload: Hashable, Sendable {
    /// The outcome it is about.
    public let key: OutcomeKey
    /// The dead letter.
    public let eventID: EventID
    /// Who asked.
    public let author: Text
    /// Why; required (SPEC 4).
    public let reason: Text

    /// Puts a request together.
    public init(key: OutcomeKey, eventID: EventID, author: Text, reason: Text) {
        self.key = key
        self.eventID = eventID
        self.author = author
        self.reason = reason
    }
}

/// A request to move a sandbox's test clock; a record of the ingest log (SPEC 2, 3).
public struct ClockAdvancePayload: Hashable, Sendable {
    /// Where to; a clock that is there or beyond stays.
    public let to: Timestamp
    /// Who asked.
    public let author: Text

    /// Puts a request together.
    public init(to: Timestamp, author: Text) {
        self.to = to
        self.author = author
    }
}

/// A request to make a customer's metadata unreadable; a record of the ingest log (SPEC 3).
public struct ErasurePayload: Hashable, Sendable {
    /// Whose metadata.
    public let customer: CustomerKey
    /// Who asked.
    public let author: Text
    /// Why, if they said.
    public let reason: Text?

    /// Puts a request together.
    public init(customer: CustomerKey, author: Text, reason: Text?) {
        self.customer = customer
        self.author = author
        self.reason = reason
    }
}

// MARK: Written forms

extension RedrivePayload {
    func write(to writer: inout WrittenWriter) {
        writer.put(",\"key\":", key.text)
        writer.put(",\"event_id\":", eventID)
        writer.put(",\"author\":", author)
        if let reason { writer.put(",\"reason\":", reason) }
    }

    init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect(",\"key\":")
        key = try reader.outcomeKey()
        try reader.expect(",\"event_id\":")
        eventID = try reader.eventID()
        try reader.expect(",\"author\":")
        author = try reader.text()
        reason = reader.accept(",\"reason\":") ? try reader.text() : nil
    }
}

extension DiscardPayload {
    func write(to writer: inout WrittenWriter) {
        writer.put(",\"key\":", key.text)
        writer.put(",\"event_id\":", eventID)
        writer.put(",\"author\":", author)
        writer.put(",\"reason\":", reason)
    }

    init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect(",\"key\":")
        key = try reader.outcomeKey()
        try reader.expect(",\"event_id\":")
        eventID = try reader.eventID()
        try reader.expect(",\"author\":")
        author = try reader.text()
        try reader.expect(",\"reason\":")
        reason = try reader.text()
    }
}

extension ClockAdvancePayload {
    func write(to writer: inout WrittenWriter) {
        writer.put(",\"to\":", to)
        writer.put(",\"author\":", author)
    }

    init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect(",\"to\":")
        to = try reader.timestamp()
        try reader.expect(",\"author\":")
        author = try reader.text()
    }
}

extension ErasurePayload {
    func write(to writer: inout WrittenWriter) {
        writer.put(",\"customer_key\":", customer.text)
        writer.put(",\"author\":", author)
        if let reason { writer.put(",\"reason\":", reason) }
    }

    init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect(",\"customer_key\":")
        customer = try reader.customerKey()
        try reader.expect(",\"author\":")
        author = try reader.text()
        reason = reader.accept(",\"reason\":") ? try reader.text() : nil
    }
}
