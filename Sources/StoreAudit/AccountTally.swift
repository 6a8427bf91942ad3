// SPDX-License-Identifier: Apache-2.0

public import ExactValues
import OutcomeDomain

/// What the log says of one account.
public struct AccountTally: Hashable, Sendable {
    /// Signals that have left a fact, each counted once, by its own record.
    public internal(set) var signals = 0
    /// Signals applied.
    public internal(set) var applied = 0
    /// Dead letters that are outstanding.
    public internal(set) var outstanding = 0
    /// Dead letters that were discarded.
    public internal(set) var discarded = 0
    /// Outcomes that were opened.
    public internal(set) var opened = 0
    /// Outcomes that were settled.
    public internal(set) var settled = 0
    /// Records of delivered value.
    public internal(set) var values = 0
    /// What its confirmed outcomes come to, by currency.
    public internal(set) var booked: [Currency: BookedSum] = [:]

    /// The charges of one currency.
    public struct BookedSum: Hashable, Sendable {
        /// How many confirmed outcomes.
        public internal(set) var postings = 0
        /// What they come to, exact.
        public internal(set) var amount = WideDecimal.zero
    }

    /// Nothing yet.
    public init() {}

    /// Whether each signal is exactly one of applied, dead letter, discarded (SPEC 4).
    public var isConserved: Bool { signals == applied + outstanding + discarded }

    /// Adds what another part of the log says of the account.
    mutating func add(_ other: AccountTally) {
        signals += other.signals
        applied += other.applied
        outstanding += other.outstanding
        discarded += other.discarded
        opened += other.opened
        settled += other.settled
        values += other.values
        for (currency, sum) in other.booked {
            booked[currency, default: BookedSum()].postings += sum.postings
            booked[currency, default: BookedSum()].amount += sum.amount
        }
    }

    mutating func count(_ fact: ValueFact) { values += 1 }

    mutating func count(_ fact: OutcomeFact) {
        switch fact.event {
        case .opened:
            opened += 1
        case .signalApplied(let applied):
            self.applied += 1
            if applied.signal.position == fact.cause.position { signals += 1 }
        case .signalDeadLettered(let letter):
            if letter.signal.position == fact.cause.position { signals += 1 }
        case .signalRedriven:
            break
        case .signalDiscarded:
            discarded += 1
        case .settled(let ended):
            settled += 1
            guard let charge = ended.ending.charge else { return }
            booked[charge.currency, default: BookedSum()].postings += 1
            booked[charge.currency, default: BookedSum()].amount += charge.amount
        }
    }
}
