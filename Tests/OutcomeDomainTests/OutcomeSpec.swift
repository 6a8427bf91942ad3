// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

/// Given some commands, when one more comes, then these facts follow.
///
///     try OutcomeSpec(contract())
///         .given(.signal(1, at: 0))
///         .when(.settle(100))
///         .then("settled CONFIRMED 1 = 2 USD at 100 by 1")
///
/// Every `when` also checks that `decide` agrees with `execute` and that folding the whole stream
/// gives the state.
struct OutcomeSpec {
    private(set) var market: Market
    private(set) var outcome = Outcome()
    private(set) var stream: [OutcomeFact] = []
    private(set) var latest: [OutcomeFact] = []

    init(_ contract: Contract) { market = Market(contract) }

    /// Changes the catalog from here on.
    func given(_ change: (inout Market) throws -> Void) rethrows -> OutcomeSpec {
        var next = self
        try change(&next.market)
        return next
    }

    func given(
        _ commands: OutcomeCommand...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> OutcomeSpec {
        commands.reduce(self) { $0.when($1, sourceLocation: sourceLocation) }
    }

    func when(
        _ command: OutcomeCommand,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> OutcomeSpec {
        var next = self
        let decided = outcome.decide(command, routing: market.routing)
        next.latest = next.outcome.execute(command, routing: market.routing)
        next.stream += next.latest
        #expect(decided == next.latest, sourceLocation: sourceLocation)
        var folded = Outcome()
        for fact in next.stream {
            folded.evolve(fact)
        }
        #expect(folded == next.outcome, sourceLocation: sourceLocation)
        return next
    }

    /// Expects exactly these facts of the last command; none when nothing is named.
    @discardableResult
    func then(
        _ expected: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> OutcomeSpec {
        #expect(latest.map(\.trace) == expected, sourceLocation: sourceLocation)
        return self
    }

    /// Expects the state the outcome is in now.
    @discardableResult
    func thenState(
        _ expected: OutcomeState?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> OutcomeSpec {
        #expect(outcome.state == expected, sourceLocation: sourceLocation)
        return self
    }

    /// Expects the events that wait, and those that can only be discarded.
    @discardableResult
    func thenOutstanding(
        parked: [Int] = [],
        refused: [Int] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> OutcomeSpec {
        #expect(
            Set(outcome.parked.keys) == Set(parked.map(event)),
            sourceLocation: sourceLocation
        )
        #expect(
            Set(outcome.refused.keys) == Set(refused.map(event)),
            sourceLocation: sourceLocation
        )
        return self
    }

    /// The contents of the phase while the outcome is OPEN or PENDING.
    func live(sourceLocation: SourceLocation = #_sourceLocation) throws -> LiveOutcome {
        guard case .live(let live) = outcome.phase else {
            Issue.record("the outcome is not live", sourceLocation: sourceLocation)
            throw NotLive()
        }
        return live
    }

    struct NotLive: Error {}
}

extension OutcomeFact {
    /// The fact in a line, without the terms and the proof, which have tests of their own.
    var trace: String {
        let author = cause.author.map { " for \($0)" } ?? ""
        return "\(event.trace) at \(time.trace) by \(cause.position)\(author)"
    }
}

extension OutcomeEvent {
    fileprivate var trace: String {
        switch self {
        case .opened(let opened):
            return "opened \(opened.terms.agent) \(opened.terms.customer)"
        case .signalApplied(let applied):
            let state = applied.scheduledResolution?.rawValue ?? "OPEN"
            return "applied \(applied.signal.eventID.trace) #\(applied.number) \(state) "
                + "until \(applied.settlesAt.trace)"
        case .signalDeadLettered(let letter):
            let verb = letter.parked ? "parked" : "refused"
            return "\(verb) \(letter.signal.eventID.trace) \(letter.code.rawValue)"
        case .signalRedriven(let redriven):
            let reason = redriven.reason.map { " (\($0))" } ?? ""
            return "redriven \(redriven.eventID.trace) \(redriven.code?.rawValue ?? "OK")"
                + reason
        case .signalDiscarded(let discarded):
            return "discarded \(discarded.eventID.trace) (\(discarded.reason))"
        case .settled(let settled):
            guard let charge = settled.ending.charge else {
                return "settled \(settled.ending.state.rawValue)"
            }
            return "settled \(settled.ending.state.rawValue) \(charge.quantity) = "
                + "\(charge.amount) \(charge.currency)"
        }
    }
}

extension EventID {
    fileprivate var trace: String { "e\(unique)" }
}

extension Timestamp {
    fileprivate var trace: String {
        self == .latest ? "the end" : String(microseconds / 1_000_000)
    }
}
