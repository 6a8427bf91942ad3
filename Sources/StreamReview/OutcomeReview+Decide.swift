// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import OutcomeDomain

// MARK: Which record a fact belongs to

extension OutcomeReview {
    /// An opening has at most so many facts before that of its own signal: itself, the signals that
    /// were parked, a settlement between them.
    private static let openingLimitFacts = Outcome.parkedLimitSignals + 2

    /// Takes a fact: it belongs to the record that was carried out last, or another one begins.
    mutating func judge(_ placed: PlacedFact, into findings: inout [ReviewFinding]) {
        if let first = opening.first {
            if placed.fact.cause.position == first.fact.cause.position {
                return takeOpening(placed, into: &findings)
            }
            giveUpOpening(at: placed.place, into: &findings)
        }
        match(placed, into: &findings)
    }

    private mutating func match(_ placed: PlacedFact, into findings: inout [ReviewFinding]) {
        while next < expected.count {
            let awaited = expected[next]
            if awaited.isAbout(placed.fact) {
                next += 1
                return compare(placed, with: awaited, into: &findings)
            }
            guard placed.fact.isSettlement || placed.fact.cause.position == record else {
                giveUpExpected(at: placed.place, into: &findings)
                break
            }
            isAstray = true
            if awaited.isSettlement {
                // Nothing is settled here: whatever comes is held against what follows.
                findings.append(ReviewFinding(.factMissing(awaited.phrase), at: placed.place))
                next += 1
                continue
            }
            if placed.fact.isSettlement {
                findings.append(ReviewFinding(.factSurplus(placed.fact.phrase), at: placed.place))
                return
            }
            next += 1
            let fault = ReviewFault.verdictDiffers(
                from: placed.fact.phrase,
                to: awaited.phrase
            )
            findings.append(ReviewFinding(fault, at: placed.place))
            return
        }
        begin(placed, into: &findings)
    }

    /// Nothing is awaited: the fact is the first one of another record, or of none.
    private mutating func begin(_ placed: PlacedFact, into findings: inout [ReviewFinding]) {
        let fact = placed.fact
        guard fact.isSettlement || fact.cause.position != record else {
            // The record was carried out, and this does not follow from it.
            return surplus(placed, into: &findings)
        }
        if isAstray {
            decided = outcome
            isAstray = false
        }
        switch fact.event {
        case .settled:
            carryOut(.settle(through: fact.time), of: nil, placed, into: &findings)
        case .opened:
            opening = [placed]
        case .signalApplied(let applied):
            guard applied.signal.isBehind(fact.cause) else {
                return surplus(placed, into: &findings)
            }
            carryOut(.submit(applied.signal), of: fact.cause, placed, into: &findings)
        case .signalDeadLettered(let letter):
            guard letter.signal.isBehind(fact.cause) else {
                return surplus(placed, into: &findings)
            }
            carryOut(
                .submit(letter.signal),
                of: fact.cause,
                routing: .unroutable(
                    letter.code.isUnroutable ? letter.code : .agentNotFound,
                    catalogVersion: letter.catalogVersion ?? 0
                ),
                placed,
                into: &findings
            )
        case .signalRedriven(let redriven):
            guard let code = redriven.code else {
                opening = [placed]  // the terms come next
                return
            }
            carryOut(
                .redrive(Redrive(redriven, fact)),
                of: fact.cause,
                routing: .unroutable(
                    code.isUnroutable ? code : .agentNotFound,
                    catalogVersion: redriven.catalogVersion ?? 0
                ),
                placed,
                into: &findings
            )
        case .signalDiscarded(let discarded):
            let discard = Discard(
                eventID: discarded.eventID,
                at: fact.time,
                cause: fact.cause,
                reason: discarded.reason
            )
            carryOut(.discard(discard), of: fact.cause, placed, into: &findings)
        }
    }

    private mutating func surplus(
        _ placed: PlacedFact,
        into findings: inout [ReviewFinding]
    ) {
        findings.append(ReviewFinding(.factSurplus(placed.fact.phrase), at: placed.place))
        isAstray = true
    }

    /// What was awaited and is not there.
    mutating func giveUpExpected(at place: ReviewPlace, into findings: inout [ReviewFinding]) {
        guard next < expected.count else { return }
        for fact in expected[next...] {
            findings.append(ReviewFinding(.factMissing(fact.phrase), at: place))
        }
        next = expected.count
        isAstray = true
    }
}

// MARK: Openings

extension OutcomeReview {
    /// An opening is told before the signal that brings it: its facts wait for that one.
    private mutating func takeOpening(
        _ placed: PlacedFact,
        into findings: inout [ReviewFinding]
    ) {
        opening.append(placed)
        guard let command = openingCommand(with: placed.fact) else {
            if opening.count > Self.openingLimitFacts {
                giveUpOpening(at: placed.place, into: &findings)
            }
            return
        }
        let facts = opening
        opening = []
        let terms = facts.lazy.compactMap(\.fact.terms).first
        carryOut(
            command,
            of: facts[0].fact.cause,
            routing: terms.map(Routing.terms) ?? .unroutable(.agentNotFound, catalogVersion: 0),
            facts[0],
            into: &findings
        )
        for placed in facts.dropFirst() {
            match(placed, into: &findings)
        }
    }

    /// The record that opens the outcome, once the last of what it takes has come.
    private func openingCommand(with last: OutcomeFact) -> OutcomeCommand? {
        guard let first = opening.first?.fact else { return nil }
        if case .signalRedriven(let redriven) = first.event {
            return .redrive(Redrive(redriven, first))
        }
        switch last.event {
        case .signalApplied(let applied) where applied.signal.isBehind(first.cause):
            return .submit(applied.signal)
        case .signalDeadLettered(let letter) where letter.signal.isBehind(first.cause):
            return .submit(letter.signal)
        default:
            return nil
        }
    }

    mutating func giveUpOpening(at place: ReviewPlace, into findings: inout [ReviewFinding]) {
        guard let first = opening.first?.fact else { return }
        let what =
            first.terms == nil
            ? "the opening by a redrive" : "the signal \(first.cause.eventID), which opened it"
        findings.append(ReviewFinding(.factMissing(what), at: place))
        opening = []
        expected = []
        next = 0
        record = first.cause.position
        isAstray = true
    }
}

// MARK: Carrying out

extension OutcomeReview {
    /// Carries out a record, whose first stored fact is this one.
    private mutating func carryOut(
        _ command: OutcomeCommand,
        of cause: Cause?,
        routing recorded: Routing = .unroutable(.agentNotFound, catalogVersion: 0),
        _ placed: PlacedFact,
        into findings: inout [ReviewFinding]
    ) {
        if let cause { checkOrder(of: command, cause, at: placed.place, into: &findings) }
        record = cause?.position
        let routing =
            isAsked(by: command)
            ? routing(by: recorded, at: placed.place, into: &findings)
            : { _ in recorded }
        expected = decided.execute(command, routing: routing)
        next = 0
        guard !expected.isEmpty else { return surplus(placed, into: &findings) }
        match(placed, into: &findings)
    }

    /// Records are processed by their places; their times go the same way (SPEC 4, Time 1), and all
    /// that was received in a window is judged before it ends (SPEC 4, Time 3).
    private mutating func checkOrder(
        of command: OutcomeCommand,
        _ cause: Cause,
        at place: ReviewPlace,
        into findings: inout [ReviewFinding]
    ) {
        let time = command.time
        if cause.position <= lastRecord || time < lastTime {
            findings.append(ReviewFinding(.outOfOrder, at: place))
        }
        lastRecord = max(lastRecord, cause.position)
        lastTime = max(lastTime, time)
        if case .submit = command, case .settled(let settled) = decided.phase,
            time < settled.settledAt
        {
            findings.append(ReviewFinding(.settledEarly, at: place))
        }
    }

    /// Whether the catalog has a say in what a record brings about.
    private func isAsked(by command: OutcomeCommand) -> Bool {
        guard case .unopened = decided.phase else { return false }
        switch command {
        case .submit: return true
        case .redrive(let redrive): return decided.parked[redrive.eventID] != nil
        case .discard, .settle: return false
        }
    }

    /// What the catalog says; where it cannot be asked, what the stream says.
    private func routing(
        by recorded: Routing,
        at place: ReviewPlace,
        into findings: inout [ReviewFinding]
    ) -> (Signal) -> Routing {
        guard case .catalog(let catalog) = basis else { return { _ in recorded } }
        let version =
            switch recorded {
            case .terms(let terms): terms.catalogVersion
            case .unroutable(_, let version): version
            }
        guard version >= 1, version <= catalog.version else {
            findings.append(ReviewFinding(.catalogVersionUnknown(version), at: place))
            return { _ in recorded }
        }
        return { catalog.routing(for: $0, at: version) }
    }
}

extension OutcomeCommand {
    /// When the record was accepted.
    fileprivate var time: Timestamp {
        switch self {
        case .submit(let signal): signal.receivedAt
        case .redrive(let redrive): redrive.at
        case .discard(let discard): discard.at
        case .settle(let instant): instant
        }
    }
}

extension Redrive {
    fileprivate init(_ redriven: SignalRedriven, _ fact: OutcomeFact) {
        self.init(
            eventID: redriven.eventID,
            at: fact.time,
            cause: fact.cause,
            reason: redriven.reason
        )
    }
}

extension Signal {
    /// Whether a cause is the record of this very signal.
    fileprivate func isBehind(_ cause: Cause) -> Bool {
        eventID == cause.eventID && cause.author == nil
    }
}
