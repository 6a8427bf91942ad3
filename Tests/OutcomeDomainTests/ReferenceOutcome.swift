// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// The rules again, told from the whole list of records instead of step by step: what the decider
/// is compared with.
struct ReferenceOutcome {
    /// A record and the catalog it is judged by.
    struct Record {
        let command: OutcomeCommand
        let market: Market

        /// When the record was accepted.
        var time: Timestamp {
            switch command {
            case .submit(let signal): signal.receivedAt
            case .redrive(let redrive): redrive.at
            case .discard(let discard): discard.at
            case .settle(let instant): instant
            }
        }
    }

    private(set) var applied: [Signal] = []
    private(set) var parked: [EventID: DeadLetterCode] = [:]
    private(set) var refused: [EventID: DeadLetterCode] = [:]
    private(set) var discarded: Set<EventID> = []
    private(set) var terms: OutcomeTerms?
    private var waiting: [Signal] = []
    private var windowEnd = Timestamp.latest
    private var hasHeld = false
    private var holdsNow = false

    /// The end of the window and what the outcome is from then on.
    var end: Timestamp { windowEnd }

    /// The state once nothing more comes.
    var finalState: OutcomeState? {
        guard terms != nil else { return nil }
        guard hasHeld else { return .missed }
        return holdsNow ? .confirmed : .failed
    }

    init(_ records: [Record]) {
        for record in records {
            take(record)
        }
    }

    private mutating func take(_ record: Record) {
        switch record.command {
        case .submit(let signal):
            guard terms == nil else { return judge(signal) }
            open(by: signal, isNew: true, record.market)
        case .redrive(let redrive):
            guard terms == nil,
                let signal = waiting.first(where: { $0.eventID == redrive.eventID })
            else { return }
            open(by: signal, isNew: false, record.market)
        case .discard(let discard):
            let wasParked = parked.removeValue(forKey: discard.eventID) != nil
            let wasRefused = refused.removeValue(forKey: discard.eventID) != nil
            guard wasParked || wasRefused else { return }
            discarded.insert(discard.eventID)
            waiting.removeAll { $0.eventID == discard.eventID }
        case .settle:
            break
        }
    }

    private mutating func open(by signal: Signal, isNew: Bool, _ market: Market) {
        switch market.routing(signal) {
        case .unroutable(let code, _):
            parked[signal.eventID] = code
            if isNew { waiting.append(signal) }
        case .terms(let found):
            terms = found
            let coming = (waiting + (isNew ? [signal] : [])).filter(agrees)
            for signal in coming {
                parked[signal.eventID] = nil
                judge(signal)
            }
        }
    }

    private func agrees(_ signal: Signal) -> Bool {
        guard let terms, signal.customer == terms.customer else { return false }
        return signal.agent.map { $0 == terms.agent } ?? true
    }

    private mutating func judge(_ signal: Signal) {
        if !agrees(signal) {
            refused[signal.eventID] = .outcomeIdentityMismatch
        } else if !applied.isEmpty, signal.receivedAt >= windowEnd {
            refused[signal.eventID] = .outcomeNotOpen
        } else if let contract = terms?.contract {
            applied.append(signal)
            let period = Int64(contract.settlementPeriodSeconds)
            windowEnd = signal.settlesAt ?? signal.receivedAt.adding(seconds: period)
            holdsNow = contract.condition.holds(of: applied)
            hasHeld = hasHeld || holdsNow
        }
    }

    /// The quantity by the definition of each method.
    var quantity: WideDecimal {
        let given = applied.compactMap(\.attribution)
        guard let first = given.first, let last = given.last, let method = terms?.contract else {
            return WideDecimal(.one)
        }
        switch method.attributionMethod {
        case .first: return WideDecimal(first)
        case .last: return WideDecimal(last)
        case .min: return WideDecimal(given.min() ?? first)
        case .max: return WideDecimal(given.max() ?? first)
        case .sum: return given.reduce(.zero) { $0 + WideDecimal($1) }
        }
    }
}

extension Condition {
    /// The truth by the words of SPEC 5, from the list of applied signals.
    func holds(of applied: [Signal]) -> Bool {
        switch self {
        case .all(let children): return !children.contains { !$0.holds(of: applied) }
        case .any(let children): return children.contains { $0.holds(of: applied) }
        case .not(let child): return !child.holds(of: applied)
        case .leaf(let leaf): return leaf.holds(of: applied.filter { $0.action == leaf.fact })
        }
    }
}

extension ConditionLeaf {
    fileprivate func holds(of signals: [Signal]) -> Bool {
        let count = Decimal(signals.count)
        let latest = signals.last { $0.value != nil }?.value
        switch (self.operator, operand) {
        case (.seen, _): return !signals.isEmpty
        case (.notSeen, _): return signals.isEmpty
        case (.countGte, .count(let bound)): return count >= bound
        case (.countLte, .count(let bound)): return count <= bound
        case (.countGt, .count(let bound)): return count > bound
        case (.countLt, .count(let bound)): return count < bound
        case (.countEq, .count(let bound)): return count == bound
        case (.match, .value(let value)): return latest == value
        case (let name, .number(let bound)): return Self.compare(name, latest, bound)
        default: return false
        }
    }

    private static func compare(
        _ name: ConditionOperator,
        _ latest: SignalValue?,
        _ bound: Decimal
    ) -> Bool {
        var number: Decimal?
        if case .number(let found) = latest { number = found }
        switch name {
        case .gte: return number.map { $0 >= bound } ?? false
        case .lte: return number.map { $0 <= bound } ?? false
        case .gt: return number.map { $0 > bound } ?? false
        case .lt: return number.map { $0 < bound } ?? false
        case .notGte: return number.map { $0 < bound } ?? true
        case .notLte: return number.map { $0 > bound } ?? true
        case .notGt: return number.map { $0 <= bound } ?? true
        case .notLt: return number.map { $0 >= bound } ?? true
        default: return false
        }
    }
}
