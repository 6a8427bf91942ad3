// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

@testable import Simulation

/// What is decided again from a stream's facts, over seeded random records.
@Suite("Any simulation")
struct SimulationPropertyTests {
    private static let seeds: [UInt64] = Array(0..<8)
    private static let runsPerSeed: UInt64 = 60
    private static let recordsPerRun = 40

    /// The facts that records leave under a candidate's terms, or under their own.
    private func facts(
        of records: [ReferenceOutcome.Record],
        under candidate: CandidateTerms?,
        through instant: Timestamp
    ) -> (facts: [OutcomeFact], outcome: Outcome) {
        var outcome = Outcome()
        var facts: [OutcomeFact] = []
        for record in records {
            facts += outcome.execute(record.command) { signal in
                let routing = record.market.routing(signal)
                guard let candidate, case .terms(let terms) = routing else { return routing }
                return .terms(candidate.replacing(terms))
            }
        }
        facts += outcome.execute(.settle(through: instant)) { _ in
            .unroutable(.agentNotFound, catalogVersion: 1)
        }
        return (facts, outcome)
    }

    private func standing(of run: (facts: [OutcomeFact], outcome: Outcome)) -> OutcomeStanding? {
        var applied = 0
        var late = 0
        for fact in run.facts {
            switch fact.event {
            case .signalApplied: applied += 1
            case .signalDeadLettered(let letter) where letter.code == .outcomeNotOpen: late += 1
            default: break
            }
        }
        return OutcomeStanding(run.outcome, signals: applied, lateSignals: late)
    }

    private func simulated(
        _ facts: [OutcomeFact],
        _ candidate: CandidateTerms,
        through instant: Timestamp
    ) -> SimulatedComparison? {
        var simulated = SimulatedOutcome(candidate)
        for fact in facts {
            simulated.follow(fact)
        }
        return simulated.compared(through: instant)
    }

    @Test("what would be is what the same records make under the candidate", arguments: seeds)
    func sameAsTheRecords(seed: UInt64) {
        for run in 0..<Self.runsPerSeed {
            var random = RandomRecords(seed: seed << 32 | run)
            let records = random.records(Self.recordsPerRun)
            let price = CandidatePrice(perUnit: decimal("1.5"), currency: currency("EUR"))
            let candidate = CandidateTerms(
                contract: random.contract(),
                price: run.isMultiple(of: 2) ? price : nil
            )
            let last = records.last?.time ?? .earliest
            let instant = last.adding(seconds: Int64(run % 40))
            let recorded = facts(of: records, under: nil, through: .earliest)
            let compared = simulated(recorded.facts, candidate, through: instant)
            let actual = facts(of: records, under: nil, through: instant)
            let expected = facts(of: records, under: candidate, through: instant)
            #expect(compared?.before == standing(of: actual), "run \(run)")
            #expect(compared?.after == standing(of: expected), "run \(run)")
        }
    }

    @Test("an outcome's own contract and price change nothing", arguments: seeds)
    func ownTerms(seed: UInt64) throws {
        for run in 0..<Self.runsPerSeed {
            var random = RandomRecords(seed: seed << 32 | run)
            let records = random.records(Self.recordsPerRun)
            let recorded = facts(of: records, under: nil, through: .earliest)
            let contract = try #require(records.first?.market.agents[slug("support")])
            let instant = records.last?.time ?? .earliest
            let compared = simulated(
                recorded.facts,
                CandidateTerms(contract: contract),
                through: instant
            )
            #expect(compared?.isChanged != true, "run \(run)")
            #expect(compared?.reasons.isEmpty != false)
            #expect(compared?.before == compared?.after)
        }
    }

    @Test("what is changed has a reason, and what has none is not changed", arguments: seeds)
    func reasons(seed: UInt64) {
        for run in 0..<Self.runsPerSeed {
            var random = RandomRecords(seed: seed << 32 | run)
            let records = random.records(Self.recordsPerRun)
            let recorded = facts(of: records, under: nil, through: .earliest)
            let candidate = CandidateTerms(contract: random.contract())
            let compared = simulated(recorded.facts, candidate, through: .latest)
            guard let compared else { continue }
            #expect(compared.isChanged == !compared.reasons.isEmpty, "run \(run)")
            #expect(compared.isChanged == !compared.explanation.isEmpty)
        }
    }
}
