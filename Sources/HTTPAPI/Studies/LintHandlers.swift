// SPDX-License-Identifier: Apache-2.0

import ContractLint
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import TrafficStudy

/// What an account's traffic has in it, and a contract looked over before it is published.
enum LintHandlers {
    static let observedQuery = [Query.agent.rule, Query.sampleOutcomes.rule]

    static func lint(_ call: APICall) async throws -> APIAnswer {
        let principal = try await call.principalNow()
        let body = try LintBody(json: try await call.object())
        let report = try await call.unlessGone {
            try await call.services.linter.lint(
                body.contract,
                agent: body.agent,
                outcomes: body.outcomes,
                as: principal
            )
        }
        return .object(reserving: 4096) { $0.lintMembers(report) }
    }

    static func observed(_ call: APICall) async throws -> APIAnswer {
        let principal = try call.principal
        let sample = try await call.unlessGone {
            try await call.services.signals.sample(
                agent: call.query[Query.agent],
                outcomes: call.query[Query.sampleOutcomes] ?? StudyLimits.defaultSampleOutcomes,
                as: principal
            )
        }
        return .object(reserving: 4096) { $0.sampleMembers(sample) }
    }
}

/// What a client wants looked over: `{"contract"}`, and optionally `agent_key` and `outcomes`.
struct LintBody {
    let contract: Contract
    let agent: Slug?
    let outcomes: Int

    /// - Throws: Every wrong field, unknown ones included.
    init(json object: JSONObject) throws(ValidationFailure) {
        var reader = ObjectReader(object, known: ["contract", "agent_key", "outcomes"])
        let contract = reader.contract()
        agent = reader.agentKey(isRequired: false)
        outcomes =
            reader.integer("outcomes", in: 1...StudyLimits.maximumSampleOutcomes)
            ?? StudyLimits.defaultSampleOutcomes
        try reader.finish()
        guard let contract else { throw ValidationFailure(reader.errors) }
        self.contract = contract
    }
}
