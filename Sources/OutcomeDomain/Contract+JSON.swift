// SPDX-License-Identifier: Apache-2.0

public import ExactValues

extension Contract {
    /// Reads a contract as clients write it, and as it is stored (SPEC 2, Agent).
    ///
    /// - Parameters:
    ///   - json: An object of `condition`, and optionally `settlement_period`,
    ///     `attribution_method` and `unit`.
    ///   - field: The path of the contract in what the client sent; errors start with it.
    /// - Throws: Every wrong field with its path, unknown ones included.
    public init(json: JSONValue, field: String = "contract") throws(ValidationFailure) {
        guard case .object(let object) = json else {
            throw ValidationFailure(field: field, message: "must be an object")
        }
        var reader = ContractReader(object: object, path: field)
        reader.refuseUnknownMembers()
        let period = reader.settlementPeriod()
        let condition = reader.condition()
        let method = reader.attributionMethod()
        let unit = reader.unit()
        guard reader.errors.isEmpty, let condition else {
            throw ValidationFailure(reader.errors)
        }
        self.init(
            settlementPeriodSeconds: period,
            condition: condition,
            attributionMethod: method,
            unit: unit
        )
    }
}

/// One reading of a contract: each field falls back to its default and notes what is wrong.
private struct ContractReader {
    let object: JSONObject
    let path: String
    private(set) var errors: [FieldError] = []

    init(object: JSONObject, path: String) {
        self.object = object
        self.path = path
    }

    private mutating func note(_ name: Text, _ message: String) {
        errors.append(FieldError(field: "\(path).\(name)", message: message))
    }

    mutating func refuseUnknownMembers() {
        let known: [Text] = ["settlement_period", "condition", "attribution_method", "unit"]
        for member in object.members where !known.contains(member.name) {
            if member.name == "clawback_period" {
                guard member.value != .null else { continue }
                note(member.name, "is not supported yet")
            } else {
                note(member.name, "is not a known field")
            }
        }
    }

    mutating func settlementPeriod() -> Int {
        guard let json = object.given("settlement_period") else {
            return Contract.defaultSettlementPeriodSeconds
        }
        let range = Contract.settlementPeriodRangeSeconds
        guard case .number(let number) = json, let seconds = number.intValue,
            range.contains(seconds)
        else {
            note(
                "settlement_period",
                "must be an integer of \(range.lowerBound) to \(range.upperBound) seconds"
            )
            return Contract.defaultSettlementPeriodSeconds
        }
        return seconds
    }

    mutating func condition() -> Condition? {
        guard let json = object.given("condition") else {
            note("condition", "is required")
            return nil
        }
        do throws(ValidationFailure) {
            return try Condition(json: json, field: "\(path).condition")
        } catch {
            errors += error.details
            return nil
        }
    }

    mutating func attributionMethod() -> AttributionMethod {
        guard let json = object.given("attribution_method") else { return .last }
        guard case .string(let text) = json,
            let method = AttributionMethod.allCases.first(where: { Text($0.rawValue) == text })
        else {
            let names = AttributionMethod.allCases.map(\.rawValue).joined(separator: ", ")
            note("attribution_method", "must be one of \(names)")
            return .last
        }
        return method
    }

    mutating func unit() -> Text? {
        guard let json = object.given("unit") else { return nil }
        guard case .string(let text) = json, (1...255).contains(text.scalarCount),
            !text.hasControlCharacter
        else {
            note("unit", "must be a string of 1 to 255 characters, without control characters")
            return nil
        }
        return text
    }
}
