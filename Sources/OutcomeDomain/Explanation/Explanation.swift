// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// Why an outcome is what it is, at some version of its stream.
///
/// Everything in it follows from the stream alone: it can be asked again years later.
public struct Explanation: Sendable {
    /// The version of the stream it is about.
    public let version: Int
    /// The state; nil while no signal has opened the outcome.
    public let state: OutcomeState?
    /// What would be final if the window ended now; nil unless PENDING.
    public let scheduledResolution: Resolution?
    /// What was copied from the catalog; nil while not opened.
    public let terms: OutcomeTerms?
    /// When the earliest applied signal was received.
    public let openedAt: Timestamp?
    /// When the window ends or, of a final outcome, ended.
    public let settlesAt: Timestamp?
    /// How many signals were applied.
    public let signalCount: Int
    /// The condition with the truth of each node.
    public let truth: TruthNode?
    /// The signal since which the condition has held, or has no more; nil while it never held.
    public let turnedBy: SignalReference?
    /// What is billed, or would be as things stand.
    public let charge: Charge?
    /// The signals that make the quantity; none when no signal carries an attribution.
    public let contributions: [AttributedSignal]
    /// How many signals carry one.
    public let attributedCount: Int
    /// The smallest change that would have turned the result, or why there is none.
    public let counterfactual: Result<Counterfactual, Counterfactual.Absence>
    /// The outstanding dead letters, in the order of the stream.
    public let letters: [OutstandingLetter]

    /// Explains what a trail has come to.
    public init(_ trail: OutcomeTrail) {
        let live = trail.live
        version = trail.version
        state = trail.outcome.state
        terms = live?.terms
        openedAt = live?.openedAt
        settlesAt = live?.settlesAt
        signalCount = live?.signalCount ?? 0
        truth = live.map { TruthNode($0, trail) }
        turnedBy = trail.turnedBy
        scheduledResolution =
            if case .live(let live) = trail.outcome.phase { live.scheduledResolution } else { nil }
        charge = live.map { live in
            Charge(
                quantity: live.attribution.quantity,
                amount: WideDecimal(live.terms.price) * live.attribution.quantity,
                currency: live.terms.currency
            )
        }
        contributions = trail.contributions
        attributedCount = trail.attributedCount
        counterfactual = live.map { Self.counterfactual($0, trail) } ?? .failure(.notOpened)
        letters = trail.letters.values.sorted { $0.signal.version < $1.signal.version }
    }

    /// Whether the amount is what was billed, or will be if nothing else comes.
    public var isBilled: Bool { state == .confirmed || scheduledResolution == .confirmed }

    /// At most so many different dependencies are named.
    public static let missingLimitDependencies = 100

    /// What parked signals wait for, in the order of the first that does.
    public var missing: [MissingDependency] {
        var missing: [MissingDependency] = []
        var places: [MissingDependency: Int] = [:]
        for letter in letters where letter.isParked {
            let dependency = MissingDependency(
                code: letter.code,
                customer: letter.customer,
                agent: letter.agent,
                signals: 0
            )
            if let place = places[dependency] {
                missing[place].signals += 1
            } else if missing.count < Self.missingLimitDependencies {
                places[dependency] = missing.count
                missing.append(dependency)
                missing[missing.count - 1].signals = 1
            }
        }
        return missing
    }

    private static func counterfactual(
        _ live: LiveOutcome,
        _ trail: OutcomeTrail
    ) -> Result<Counterfactual, Counterfactual.Absence> {
        // Between the opening and its first signal there is nothing to change.
        guard live.signalCount > 0 else { return .failure(.notFound) }
        guard let last = trail.applied.signals.last, !trail.applied.isCut else {
            return .failure(.tooManySignals)
        }
        let changed = ChangedOutcome(live: live, applied: trail.applied)
        guard let (changes, ending) = CounterfactualSearch(changed).smallest() else {
            return .failure(.notFound)
        }
        return .success(
            Counterfactual(
                changes: changes,
                state: ending.state,
                before: live.settlesAt,
                roomMicroseconds: live.settlesAt.microseconds(since: last.receivedAt),
                late: late(changes, trail)
            )
        )
    }

    /// For signals that would have to have come: those that did, too late.
    private static func late(
        _ changes: [FactChange],
        _ trail: OutcomeTrail
    ) -> [Action: SignalReference] {
        var late: [Action: SignalReference] = [:]
        for change in changes {
            guard case .added(_, let range) = change.kind,
                let signal = trail.lateSignals[change.action],
                range.map({ range in signal.value.map(range.contains) ?? false }) ?? true
            else { continue }
            late[change.action] = trail.lateReferences[change.action]
        }
        return late
    }
}

extension Counterfactual.Absence: Error {}
