// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// What a client says an agent shall be: `{"name","contract":{..}}` (SPEC 2, Agent).
public struct AgentBody: Hashable, Sendable {
    /// The name: 1 to 255 characters without control characters; judged when the agent is put.
    public let name: Text
    /// The contract.
    public let contract: Contract

    /// Puts a body together.
    public init(name: Text, contract: Contract) {
        self.name = name
        self.contract = contract
    }

    /// Reads a body.
    ///
    /// - Throws: Every wrong field, unknown ones included (SPEC 2).
    public init(json: JSONValue) throws(ValidationFailure) {
        var reader = try BodyReader(json, known: ["name", "contract"])
        let name = reader.requiredName()
        let contract = Self.contract(&reader)
        guard let name, let contract, reader.problems.isEmpty else {
            throw ValidationFailure(reader.problems)
        }
        self.init(name: name, contract: contract)
    }

    private static func contract(_ reader: inout BodyReader) -> Contract? {
        guard let json = reader.value("contract") else {
            reader.report("contract", "is required")
            return nil
        }
        do {
            return try Contract(json: json, field: "contract")
        } catch {
            reader.report(error)
            return nil
        }
    }
}
