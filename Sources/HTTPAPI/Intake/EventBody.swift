// SPDX-License-Identifier: Apache-2.0

import EventSchema
import ExactValues
import OutcomeDomain

/// One posted event, read and found valid (SPEC 3).
struct EventBody: Sendable {
    /// What is stored.
    let payload: SignalPayload
    /// Names of top-level fields that mean nothing here, so that a typo shows.
    let ignored: [Text]

    /// Reads one event in the form its content type says.
    ///
    /// - Throws: Every wrong field.
    init(_ json: JSONValue, format: EventFormat, rules: EventRules) throws(ValidationFailure) {
        switch format {
        case .json, .lines:
            self = try EventBody(body: json, rules: rules)
        case .cloudEvents:
            let event = try CloudEvent(structured: json)
            self = try EventBody(cloudEvent: event, rules: rules)
        }
    }

    /// Reads the `data` of a CloudEvent; `source` and `id` are its idempotency key and `time` its
    /// `occurred_at`, unless the data has its own.
    ///
    /// - Throws: Every wrong attribute and every wrong field of the data.
    init(cloudEvent event: CloudEvent, rules: EventRules) throws(ValidationFailure) {
        guard let data = event.data else { throw ValidationFailure(event.problems) }
        var rules = rules
        rules.prefix = event.prefix
        rules.idempotencyKey = event.idempotencyKey
        rules.occurredAt = event.time
        let body: EventBody
        do {
            body = try EventBody(body: data, rules: rules)
        } catch {
            throw ValidationFailure(event.problems + error.details)
        }
        guard event.problems.isEmpty else { throw ValidationFailure(event.problems) }
        self = body
    }

    private init(body json: JSONValue, rules: EventRules) throws(ValidationFailure) {
        guard case .object(let object) = json else {
            throw ValidationFailure(field: rules.bodyName, message: "must be a JSON object")
        }
        var reader = EventBodyReader(rules: rules)
        for member in object.members {
            reader.read(member)
        }
        self = try reader.finish()
    }

    init(payload: SignalPayload, ignored: [Text]) {
        self.payload = payload
        self.ignored = ignored
    }
}

/// What the validity of an event depends on beside its body.
struct EventRules: Sendable {
    /// At most this far ahead may `occurred_at` be in a live account (SPEC 3).
    static let occurredAtToleranceSeconds: Int64 = 300

    /// The latest `occurred_at`; nil in a sandbox, whose clock follows it.
    let latestOccurrence: Timestamp?
    /// What field names start with in details: `data.` in a CloudEvent.
    var prefix = ""
    /// The idempotency key unless the body has one.
    var idempotencyKey: Text?
    /// The `occurred_at` unless the body has one.
    var occurredAt: Timestamp?

    /// The rules by the server's clock.
    init(isSandbox: Bool, now: Timestamp) {
        latestOccurrence =
            isSandbox ? nil : now.adding(seconds: Self.occurredAtToleranceSeconds)
    }

    /// What the whole body is called in details.
    var bodyName: String { prefix.isEmpty ? "body" : String(prefix.dropLast()) }
}

/// Collects the fields of one event and everything that is wrong with them.
private struct EventBodyReader {
    private let rules: EventRules
    private var errors: [FieldError] = []

    private var key: OutcomeKey?
    private var action: Action?
    private var customer: CustomerKey?
    private var agent: Slug?
    private var value: SignalValue?
    private var attribution: Decimal?
    private var settlesAt: Timestamp?
    private var occurredAt: Timestamp?
    private var idempotencyKey: Text?
    private var metadata = JSONObject()
    private var ignored: [Text] = []
    private var hasKey = false
    private var hasAction = false
    private var hasCustomer = false

    init(rules: EventRules) {
        self.rules = rules
        occurredAt = rules.occurredAt
        idempotencyKey = rules.idempotencyKey
    }

    /// Takes one top-level member.
    mutating func read(_ member: JSONObject.Member) {
        // Null is the same as absent in an optional field (SPEC 2), and as missing in another.
        let isThere = member.value != .null
        switch member.name {
        case "key":
            hasKey = isThere
            key = text(member, "must have 8 to 255 characters, no control characters") {
                OutcomeKey($0)
            }
        case "action":
            hasAction = isThere
            action = text(member, "must have 1 to 255 characters") { Action($0) }
        case "customer_key":
            hasCustomer = isThere
            customer = text(member, "must have 1 to 255 characters, no control characters") {
                CustomerKey($0)
            }
        case "agent_key":
            agent = text(
                member,
                "must be a letter or digit, then letters, digits, '_' or '-', at most 63"
            ) { Slug($0) }
        case "idempotency_key":
            let own = text(member, "must have 1 to 255 characters") { text in
                (1...255).contains(text.scalarCount) ? text : nil
            }
            idempotencyKey = own ?? idempotencyKey
        case "occurred_at":
            occurredAt = instant(member.value, "occurred_at") ?? occurredAt
        case "properties":
            properties(member.value)
        default:
            ignored.append(member.name)
        }
    }

    /// The event.
    ///
    /// - Throws: Every wrong field.
    mutating func finish() throws(ValidationFailure) -> EventBody {
        if !hasKey { fail("key", "is required") }
        if !hasAction { fail("action", "is required") }
        if !hasCustomer { fail("customer_key", "is required") }
        if let occurredAt, let latest = rules.latestOccurrence, occurredAt > latest {
            fail("occurred_at", "is more than 5 minutes in the future")
        }
        guard errors.isEmpty, let key, let action, let customer else {
            throw ValidationFailure(errors)
        }
        let payload = SignalPayload(
            key: key,
            action: action,
            customer: customer,
            agent: agent,
            value: value,
            attribution: attribution,
            settlesAt: settlesAt,
            occurredAt: occurredAt,
            idempotencyKey: idempotencyKey,
            metadata: metadata.members.isEmpty ? [] : JSONValue.object(metadata).canonicalBytes
        )
        return EventBody(payload: payload, ignored: ignored)
    }

    // MARK: Fields

    private mutating func properties(_ json: JSONValue) {
        switch json {
        case .null: return
        case .object(let object):
            for member in object.members {
                property(member)
            }
        default: fail("properties", "must be an object")
        }
    }

    private mutating func property(_ member: JSONObject.Member) {
        if member.value == .null { return }
        switch member.name {
        case "value":
            switch member.value {
            case .string(let text): value = .string(text)
            case .number(let number): value = .number(number)
            case .bool(let bool): value = .boolean(bool)
            default: fail("properties.value", "must be a string, a number or a boolean")
            }
        case "attribution":
            guard case .number(let number) = member.value, !number.isNegative else {
                fail("properties.attribution", "must be a number >= 0")
                return
            }
            attribution = number
        case "settles_at":
            settlesAt = instant(member.value, "properties.settles_at")
        default:
            metadata.append(member.name, member.value)
        }
    }

    private mutating func text<Value>(
        _ member: JSONObject.Member,
        _ requirement: String,
        _ make: (Text) -> Value?
    ) -> Value? {
        switch member.value {
        case .null: return nil
        case .string(let text):
            guard let value = make(text) else {
                fail(member.name.string, requirement)
                return nil
            }
            return value
        default:
            fail(member.name.string, "must be a string")
            return nil
        }
    }

    private mutating func instant(_ json: JSONValue, _ field: String) -> Timestamp? {
        if json == .null { return nil }
        guard case .string(let text) = json, let instant = Timestamp(text) else {
            fail(field, "must be an RFC 3339 date and time with an offset, 1970 to 9999")
            return nil
        }
        return instant
    }

    private mutating func fail(_ field: String, _ message: String) {
        errors.append(FieldError(field: rules.prefix + field, message: message))
    }
}
