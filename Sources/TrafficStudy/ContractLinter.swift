// SPDX-License-Identifier: Apache-2.0

public import ContractLint
public import OutcomeDomain
public import OutcomeRuntime

/// What is, or may be, not meant so in a contract.
public struct LintReport: Hashable, Sendable {
    /// The contract.
    public let contract: Contract
    /// What was found: first from the condition alone, then from traffic.
    public let findings: [LintFinding]
    /// Whether everything that can be told from the condition alone was found out.
    public let isComplete: Bool
    /// The traffic that was looked at.
    public let sample: SignalSample
}

/// Looks a contract over before it is published.
public struct ContractLinter: Sendable {
    private let signals: ObservedSignals

    /// Compares with this traffic.
    public init(signals: ObservedSignals) { self.signals = signals }

    /// Looks a contract over.
    ///
    /// - Parameters:
    ///   - contract: The contract.
    ///   - agent: Whose newest outcomes to compare with; nil for those of all agents.
    ///   - outcomes: With so many.
    ///   - principal: Who asks; it has to have the right to read.
    /// - Returns: What was found, and what was looked at.
    /// - Throws: What `ObservedSignals.sample` throws.
    public func lint(
        _ contract: Contract,
        agent: Slug? = nil,
        outcomes: Int = StudyLimits.defaultSampleOutcomes,
        as principal: Principal
    ) async throws -> LintReport {
        // Proofs take processor time: so they are made in the sample's place, of which there are few.
        try await signals.sample(agent: agent, outcomes: outcomes, as: principal) { sample in
            let condition = ConditionLint(contract.condition)
            return LintReport(
                contract: contract,
                findings: condition.findings + TrafficLint(contract.condition, sample).findings,
                isComplete: condition.isComplete,
                sample: sample
            )
        }
    }
}
