// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// A posted record of delivered value, read and found valid (SPEC 7).
struct ValueBody {
    let value: DeliveredValue
    /// One canonical JSON object; empty when there is none.
    let metadata: [UInt8]

    /// The fields it may have; others are passed over.
    enum Field: String {
        case outcomeType
        case title
        case description
        case valueUsd
        case agentId
        case userId
        case metadata

        /// What the field is called in answers.
        var answered: String {
            switch self {
            case .outcomeType: "outcome_type"
            case .title: "title"
            case .description: "description"
            case .valueUsd: "value_usd"
            case .agentId: "agent_id"
            case .userId: "user_id"
            case .metadata: "metadata"
            }
        }
    }

    /// Reads a body.
    ///
    /// `user`: Whose record it is; nil takes the user that the body names.
    /// - Throws: The first field that is wrong, in the order of the API's description.
    init(_ object: JSONObject, user: Int64?) throws(ValueError) {
        let fields = Fields(object: object)
        let kind = try fields.text(.outcomeType) { ValueKind(rawValue: $0.string) }
        guard let kind else { throw .invalid(Field.outcomeType.answered) }
        let title = try fields.text(.title) { ValueTitle($0) }
        guard let title else { throw .invalid(Field.title.answered) }
        let description = try fields.text(.description) { ValueDescription($0) }
        let usd = try fields.number(.valueUsd)
        let agent = try fields.integer(.agentId)
        let named = if let user { user } else { try fields.integer(.userId) }
        switch fields[.metadata] {
        case nil: metadata = []
        case .object(let object)?: metadata = JSONValue.object(object).canonicalBytes
        default: throw .invalid(Field.metadata.answered)
        }
        let value = DeliveredValue(
            kind: kind,
            title: title,
            description: description,
            usd: usd,
            agent: agent,
            user: named
        )
        guard let value else { throw .invalid(Field.valueUsd.answered) }
        self.value = value
    }
}

/// The fields of a body; null is the same as absent.
private struct Fields {
    let object: JSONObject

    subscript(_ field: ValueBody.Field) -> JSONValue? {
        guard let value = object[Text(field.rawValue)], value != .null else { return nil }
        return value
    }

    func text<Value>(
        _ field: ValueBody.Field,
        _ make: (Text) -> Value?
    ) throws(ValueError) -> Value? {
        guard let json = self[field] else { return nil }
        guard case .string(let text) = json, let value = make(text) else {
            throw .invalid(field.answered)
        }
        return value
    }

    func number(_ field: ValueBody.Field) throws(ValueError) -> Decimal? {
        guard let json = self[field] else { return nil }
        guard case .number(let number) = json else { throw .invalid(field.answered) }
        return number
    }

    func integer(_ field: ValueBody.Field) throws(ValueError) -> Int64? {
        guard let number = try number(field) else { return nil }
        guard let integer = number.intValue else { throw .invalid(field.answered) }
        return Int64(integer)
    }
}
