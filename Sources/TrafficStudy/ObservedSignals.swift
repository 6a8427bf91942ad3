// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
public import ContractLint
import EventStore
import ExactValues
public import OutcomeDomain
public import OutcomeRuntime
public import OutcomesFeed

/// Which signals an account's newest outcomes have, for whoever writes a condition.
public struct ObservedSignals: Sendable {
    private let outcomes: OutcomeReader
    private let feed: any OutcomesFeedReader
    private let limits: StudyLimits
    private let gate: StudyGate

    /// Reads from the feed and the log.
    public init(
        outcomes: OutcomeReader,
        feed: any OutcomesFeedReader,
        limits: StudyLimits = StudyLimits()
    ) {
        self.outcomes = outcomes
        self.feed = feed
        self.limits = limits
        gate = StudyGate(ofAccount: limits.samplesOfAccount, inAll: limits.samples)
    }

    /// A sample of the signals of the newest outcomes.
    ///
    /// Of a long outcome the first `StudyLimits.sampleLimitFacts` facts are looked at. Where it takes
    /// too long the sample is smaller: it tells of how many outcomes it is.
    /// - Parameters:
    ///   - agent: Only outcomes of this agent.
    ///   - wanted: So many outcomes; held to 1...`StudyLimits.maximumSampleOutcomes`.
    ///   - principal: Who asks; it has to have the right to read.
    /// - Returns: The sample, with the number of outcomes it is of.
    /// - Throws: `ValidationFailure` for an agent that is not there, `StudyError.busy`, `StoreError`,
    ///   `CancellationError`.
    public func sample(
        agent: Slug? = nil,
        outcomes wanted: Int = StudyLimits.defaultSampleOutcomes,
        as principal: Principal
    ) async throws -> SignalSample {
        try await sample(agent: agent, outcomes: wanted, as: principal) { $0 }
    }

    /// The same, and what is made of it while the place is still held.
    func sample<Value>(
        agent: Slug?,
        outcomes wanted: Int,
        as principal: Principal,
        _ use: (SignalSample) -> Value
    ) async throws -> Value {
        if let agent, principal.catalog.agent(agent) == nil {
            throw ValidationFailure(field: "agent_key", message: "does not name an agent")
        }
        let limit = min(max(wanted, 1), StudyLimits.maximumSampleOutcomes)
        let place = try gate.enter(principal.account)
        defer { place.leave() }
        return use(try await run(agent, limit, principal))
    }

    private func run(
        _ agent: Slug?,
        _ limit: Int,
        _ principal: Principal
    ) async throws -> SignalSample {
        let deadline = StudyDeadline(seconds: limits.sampleSeconds)
        let folds = StreamFolds(
            outcomes: outcomes,
            account: principal.account,
            isSandbox: principal.catalog.isSandbox,
            initial: OutcomeSample()
        ) { (sample, followed) throws(StoreError) in
            guard followed.version <= StudyLimits.sampleLimitFacts else { return false }
            sample.follow(followed.fact)
            return true
        }
        var sample = SignalSample()
        var walk = OutcomeWalk(feed, account: principal.account, agent: agent)
        do {
            while !walk.isOver, sample.outcomes < limit {
                try deadline.check()
                let rows = Array(try await walk.next().prefix(limit - sample.outcomes))
                for group in StreamFolds<OutcomeSample>.groups(rows) {
                    let streams = try await folds.streams(of: group, until: deadline)
                    for stream in streams {
                        sample.add(stream.state, isWhole: !stream.isOver)
                    }
                }
            }
        } catch StudyError.tookTooLong {
            // The sample is as large as it has become.
        }
        return sample
    }
}
