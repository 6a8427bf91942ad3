// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// An outcome's facts followed up to some version, with what an explanation needs of them.
///
/// A state keeps what decides; this also keeps who brought it about. It takes memory in proportion
/// to the contract's facts, the outstanding dead letters and, up to a limit, the applied signals.
public struct OutcomeTrail: Sendable {
    /// With more applied signals than this nothing is said of what would have turned the result.
    public static let signalLimit = 10_000
    /// Nor when they take more than this, about.
    public static let signalLimitBytes = 16 << 20
    /// So many signals of a sum are named.
    public static let contributionLimitSignals = 100

    /// The state.
    public private(set) var outcome = Outcome()
    /// The version of the last fact followed; 0 before the first.
    public private(set) var version = 0
    /// The outcome at its end, once it is settled.
    private var ended: LiveOutcome?

    /// The contract, once there is one.
    private var contract: Contract?
    /// The applied signals in their order, at most `signalLimit` and `signalLimitBytes`.
    private(set) var applied = AppliedSignals()
    /// By fact of the contract: its last signal, and the signal its latest value is from.
    private(set) var lastSignals: [SignalReference?] = []
    private(set) var valueSignals: [SignalReference?] = []
    /// The last signal that made the condition true or false; nil while it was never true.
    private(set) var turnedBy: SignalReference?
    /// By action of the contract, the first signal that came when the outcome was final.
    private(set) var lateSignals: [Action: Signal] = [:]
    private(set) var lateReferences: [Action: SignalReference] = [:]
    /// Those that make the quantity, at most `contributionLimitSignals`.
    private(set) var contributions: [AttributedSignal] = []
    private(set) var attributedCount = 0
    private(set) var letters: [EventID: OutstandingLetter] = [:]
    private var held = false

    /// Before the first fact.
    public init() {}

    /// The outcome as it is, or was when its window ended; nil while no signal has opened it.
    public var live: LiveOutcome? {
        if case .live(let live) = outcome.phase { return live }
        return ended
    }

    /// Takes the next fact of the stream.
    ///
    /// `version`: Its place in the stream.
    public mutating func follow(_ fact: OutcomeFact, version: Int) {
        self.version = version
        switch fact.event {
        case .opened(let opened):
            let count = opened.terms.contract.facts.count
            contract = opened.terms.contract
            applied = AppliedSignals(facts: count)
            lastSignals = Array(repeating: nil, count: count)
            valueSignals = Array(repeating: nil, count: count)
        case .signalApplied(let applied):
            if !letters.isEmpty { letters[applied.signal.eventID] = nil }
            note(applied, SignalReference(applied.signal, version: version))
        case .signalDeadLettered(let letter):
            note(letter, SignalReference(letter.signal, version: version))
        case .signalRedriven(let redriven):
            renew(redriven)
        case .signalDiscarded(let discarded):
            letters[discarded.eventID] = nil
        case .settled:
            if case .live(let live) = outcome.phase { ended = live }
        }
        outcome.evolve(fact)
    }

    private mutating func note(_ applied: SignalApplied, _ reference: SignalReference) {
        guard let contract else { return }
        let fact = contract.factIndex(of: applied.signal.action)
        self.applied.append(applied.signal, fact: fact, to: outcome.phase)
        if let index = fact {
            lastSignals[index] = reference
            if applied.signal.value != nil { valueSignals[index] = reference }
        }
        if applied.proof.holds != held {
            held.toggle()
            turnedBy = reference
        }
        guard let attribution = applied.signal.attribution else { return }
        attributedCount += 1
        let new = AttributedSignal(signal: reference, attribution: attribution)
        guard let old = contributions.first else {
            contributions = [new]
            return
        }
        switch contract.attributionMethod {
        case .first: break
        case .last: contributions = [new]
        case .min: if attribution < old.attribution { contributions = [new] }
        case .max: if attribution > old.attribution { contributions = [new] }
        case .sum:
            if contributions.count < Self.contributionLimitSignals { contributions.append(new) }
        }
    }

    private mutating func note(_ letter: SignalDeadLettered, _ reference: SignalReference) {
        letters[letter.signal.eventID] = OutstandingLetter(
            signal: reference,
            code: letter.code,
            isParked: letter.parked,
            customer: letter.signal.customer,
            agent: letter.signal.agent
        )
        guard letter.code == .outcomeNotOpen, let ended,
            ended.terms.contract.factIndex(of: letter.signal.action) != nil,
            lateSignals[letter.signal.action] == nil
        else { return }
        lateSignals[letter.signal.action] = letter.signal
        lateReferences[letter.signal.action] = reference
    }

    private mutating func renew(_ redriven: SignalRedriven) {
        guard let code = redriven.code, let letter = letters[redriven.eventID] else { return }
        letters[redriven.eventID] = OutstandingLetter(
            signal: letter.signal,
            code: code,
            isParked: letter.isParked,
            customer: letter.customer,
            agent: letter.agent
        )
    }
}
