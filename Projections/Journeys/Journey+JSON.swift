// SPDX-License-Identifier: Apache-2.0

public import BillingLedger
public import EventSchema
import EventStore
public import ExactValues
public import OutcomeDomain

extension Journey {
    /// Writes the journey as one JSON object.
    ///
    /// `account`: Whose journey it is.
    public func write(to writer: inout JSONWriter, account: AccountID) {
        writer.beginObject()
        writer.member("event_id", eventID.description)
        writer.member("key", key)
        writer.member("action", action.text)
        writer.member("received_at", receivedAt)
        writer.member("status", status.rawValue)
        writer.member("code", code?.rawValue)
        writer.member("parked", isParked)
        writer.member("partition", Int(eventID.partition))
        writer.name("wait")
        if let wait { wait.write(to: &writer) } else { writer.null() }
        writer.name("passages")
        writer.beginArray()
        for passage in passages {
            passage.write(to: &writer, account: account)
        }
        writer.endArray()
        writer.endObject()
    }
}

extension JourneyWait {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("since", acceptance.writtenAt)
        writer.member("ingest_position", Int(place.value))
        writer.member("records_ahead", Int(recordsAhead))
        writer.member("request_id", acceptance.request)
        writer.name("steps")
        writer.beginArray()
        for step in acceptance.steps {
            step.write(to: &writer)
        }
        writer.endArray()
        writer.endObject()
    }
}

extension JourneyPassage {
    fileprivate func write(to writer: inout JSONWriter, account: AccountID) {
        writer.beginObject()
        writer.member("occasion", occasion.rawValue)
        writer.name("cause")
        writer.beginObject()
        writer.member("event_id", cause.eventID.description)
        writer.member("position", Int(cause.position.value))
        writer.member("author", cause.author)
        writer.endObject()
        writer.member("request_id", passage?.request)
        writer.member("trace", facts.first?.trace)
        writer.member("node", facts.first?.node)
        writer.member("batch", facts.first.map { Int($0.batch) })
        writer.name("steps")
        writer.beginArray()
        for step in steps {
            step.write(to: &writer)
        }
        writer.endArray()
        writer.name("facts")
        writer.beginArray()
        for fact in facts {
            fact.writeBriefly(to: &writer, account: account)
        }
        writer.endArray()
        writer.endObject()
    }
}

extension JourneyStep {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name.rawValue)
        writer.member("at", at)
        writer.member("since_previous_us", sincePrevious.map { Int($0) })
        if name == .appended { writer.member("not_after", notAfter) }
        if let node { writer.member("node", node) }
        if let model {
            writer.member("model", model)
            writer.member("rebuilt", isRebuilt)
        }
        writer.endObject()
    }
}

extension RecordedFact {
    /// What of a fact belongs to the journey; the whole is in the outcome's history.
    fileprivate func writeBriefly(to writer: inout JSONWriter, account: AccountID) {
        writer.beginObject()
        writer.member("type", OutcomeEventSchema.typeName(of: fact.event))
        writer.member("version", version)
        writer.member("log_position", Int(position.value))
        writer.member("time", fact.time)
        writer.member("recorded_at", recordedAt)
        writer.member("code", fact.event.code?.rawValue)
        writer.member("state", fact.event.stateAfter?.rawValue)
        writer.member("posting_id", posting(account)?.description)
        writer.endObject()
    }

    /// The posting that books it, when it is a settlement that is billed.
    public func posting(_ account: AccountID) -> PostingID? {
        guard case .settled(let settled) = fact.event, settled.ending.charge != nil,
            let key = OutcomeKey(stream.key)
        else { return nil }
        return PostingID(settlementOf: key, account: account)
    }
}

extension OutcomeEvent {
    /// Why a signal is a dead letter by this event.
    public var code: DeadLetterCode? {
        switch self {
        case .signalDeadLettered(let letter): letter.code
        case .signalRedriven(let redriven): redriven.code
        case .opened, .signalApplied, .signalDiscarded, .settled: nil
        }
    }

    /// The outcome's state after it; nil for what leaves the state as it is.
    public var stateAfter: OutcomeState? {
        switch self {
        case .opened: .open
        case .signalApplied(let applied): applied.scheduledResolution == nil ? .open : .pending
        case .settled(let settled): settled.ending.state
        case .signalDeadLettered, .signalRedriven, .signalDiscarded: nil
        }
    }
}
