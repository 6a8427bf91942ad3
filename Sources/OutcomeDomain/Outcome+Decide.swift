// SPDX-License-Identifier: Apache-2.0

import ExactValues

extension Outcome {
    /// What a command makes happen, given the state.
    ///
    /// Pure; no fact means nothing happens.
    ///
    /// - Parameters:
    ///   - command: What is asked. Every ingest record first settles what is due by its time, so
    ///     that the stream is the same whenever the timer happens to fire (SPEC 4, Time 4).
    ///   - routing: What the catalog says of a signal at the command's catalog version; asked only
    ///     while the key has no outcome.
    /// - Returns: The facts in order; evolving them in order gives the next state.
    public func decide(
        _ command: OutcomeCommand,
        routing: (Signal) -> Routing
    ) -> [OutcomeFact] {
        var next = self
        return next.execute(command, routing: routing)
    }

    /// `decide`, with the facts evolved on the way: the state is the next one afterwards.
    public mutating func execute(
        _ command: OutcomeCommand,
        routing: (Signal) -> Routing
    ) -> [OutcomeFact] {
        var decision = Decision(outcome: self)
        self = Outcome()  // the decision holds the only reference, so that evolving copies nothing
        switch command {
        case .submit(let signal):
            decision.submit(signal, routing: routing)
        case .redrive(let redrive):
            decision.redrive(redrive, routing: routing)
        case .discard(let discard):
            decision.discard(discard)
        case .settle(let instant):
            decision.settle(through: instant)
        }
        self = decision.outcome
        return decision.facts
    }
}

/// A decision under way: the state as it becomes, and the facts so far.
private struct Decision {
    var outcome: Outcome
    var facts: [OutcomeFact] = []

    init(outcome: Outcome) { self.outcome = outcome }

    mutating func emit(_ event: OutcomeEvent, at time: Timestamp, cause: Cause) {
        let fact = OutcomeFact(event: event, time: time, cause: cause)
        facts.append(fact)
        outcome.evolve(fact)
    }
}

// MARK: Signals

extension Decision {
    mutating func submit(_ signal: Signal, routing: (Signal) -> Routing) {
        let cause = Cause(position: signal.position, eventID: signal.eventID)
        guard case .unopened = outcome.phase else {
            judge(signal, cause: cause)
            settle(through: signal.receivedAt)
            return
        }
        switch routing(signal) {
        case .unroutable(let code, let version):
            let letter = SignalDeadLettered(
                signal: signal,
                code: code,
                parked: outcome.parked.count < Outcome.parkedLimitSignals,
                catalogVersion: version
            )
            emit(.signalDeadLettered(letter), at: signal.receivedAt, cause: cause)
        case .terms(let terms):
            open(terms, with: agreeingParked(terms) + [signal], cause: cause)
            settle(through: signal.receivedAt)
        }
    }

    /// The waiting signals of the same customer that name the same agent or none (SPEC 4).
    private func agreeingParked(_ terms: OutcomeTerms) -> [Signal] {
        outcome.parked.values.map(\.signal)
            .filter { $0.customer == terms.customer && ($0.agent ?? terms.agent) == terms.agent }
    }

    /// Opens the outcome at the earliest of the signals and judges them in the order they were
    /// accepted, at their original times, as if nothing had been missing (SPEC 4).
    private mutating func open(_ terms: OutcomeTerms, with signals: [Signal], cause: Cause) {
        let ordered = signals.sorted { $0.position < $1.position }
        guard let earliest = ordered.first else { return }
        emit(.opened(OutcomeOpened(terms: terms)), at: earliest.receivedAt, cause: cause)
        guard case .live(let live) = outcome.phase else { return }
        // Not judged: at the end of the year 9999 even a window that just began has ended.
        apply(earliest, to: live, cause: cause)
        for signal in ordered.dropFirst() {
            judge(signal, cause: cause)
        }
    }

    /// Applies a signal to the outcome or names why not: identity first, then state (SPEC 4).
    private mutating func judge(_ signal: Signal, cause: Cause) {
        settle(through: signal.receivedAt)
        switch outcome.phase {
        case .unopened:
            return
        case .live(let live):
            guard agrees(signal, agent: live.terms.agent, customer: live.terms.customer) else {
                return refuse(signal, .outcomeIdentityMismatch, cause: cause)
            }
            apply(signal, to: live, cause: cause)
        case .settled(let settled):
            guard agrees(signal, agent: settled.agent, customer: settled.customer) else {
                return refuse(signal, .outcomeIdentityMismatch, cause: cause)
            }
            refuse(signal, .outcomeNotOpen, cause: cause)
        }
    }

    private func agrees(_ signal: Signal, agent: Slug, customer: CustomerKey) -> Bool {
        signal.customer == customer && (signal.agent ?? agent) == agent
    }

    private mutating func refuse(_ signal: Signal, _ code: DeadLetterCode, cause: Cause) {
        let letter = SignalDeadLettered(signal: signal, code: code, parked: false)
        emit(.signalDeadLettered(letter), at: signal.receivedAt, cause: cause)
    }

    private mutating func apply(_ signal: Signal, to live: LiveOutcome, cause: Cause) {
        let contract = live.terms.contract
        let number = live.signalCount + 1
        var tallies = live.tallies
        contract.count(signal, number: number, in: &tallies)
        let proof = contract.evaluate(tallies)
        let resolution: Resolution? =
            if proof.holds {
                .confirmed
            } else {
                live.scheduledResolution == nil ? nil : .failed
            }
        let period = Int64(contract.settlementPeriodSeconds)
        let applied = SignalApplied(
            signal: signal,
            number: number,
            settlesAt: signal.settlesAt ?? signal.receivedAt.adding(seconds: period),
            scheduledResolution: resolution,
            proof: proof
        )
        emit(.signalApplied(applied), at: signal.receivedAt, cause: cause)
    }
}

// MARK: Settlement

extension Decision {
    /// Settles the outcome if its window has ended by `instant`: settlement wins a tie (Time 3).
    mutating func settle(through instant: Timestamp) {
        guard case .live(let live) = outcome.phase, live.settlesAt <= instant else { return }
        let settled = OutcomeSettled(
            ending: live.ending,
            proof: live.terms.contract.evaluate(live.tallies)
        )
        emit(.settled(settled), at: live.settlesAt, cause: live.timerCause)
    }
}

extension LiveOutcome {
    /// How the outcome ends if its window ends now.
    public var ending: Ending {
        switch scheduledResolution {
        case nil:
            return .missed
        case .failed:
            return .failed
        case .confirmed:
            let quantity = attribution.quantity
            return .confirmed(
                Charge(
                    quantity: quantity,
                    amount: WideDecimal(terms.price) * quantity,
                    currency: terms.currency
                )
            )
        }
    }
}

// MARK: Dead letters

extension Decision {
    mutating func redrive(_ redrive: Redrive, routing: (Signal) -> Routing) {
        settle(through: redrive.at)
        guard let parked = outcome.parked[redrive.eventID] else {
            guard let code = outcome.refused[redrive.eventID] else { return }
            return emit(redrive, code: code)
        }
        guard case .unopened = outcome.phase else {
            return emit(redrive, code: parked.code)
        }
        switch routing(parked.signal) {
        case .unroutable(let code, let version):
            emit(redrive, code: code, catalogVersion: version)
        case .terms(let terms):
            emit(redrive, code: nil)
            open(terms, with: agreeingParked(terms), cause: redrive.cause)
            settle(through: redrive.at)
        }
    }

    private mutating func emit(
        _ redrive: Redrive,
        code: DeadLetterCode?,
        catalogVersion: Int? = nil
    ) {
        let redriven = SignalRedriven(
            eventID: redrive.eventID,
            code: code,
            reason: redrive.reason,
            catalogVersion: catalogVersion
        )
        emit(.signalRedriven(redriven), at: redrive.at, cause: redrive.cause)
    }

    mutating func discard(_ discard: Discard) {
        settle(through: discard.at)
        let isParked = outcome.parked[discard.eventID] != nil
        guard isParked || outcome.refused[discard.eventID] != nil else { return }
        let discarded = SignalDiscarded(eventID: discard.eventID, reason: discard.reason)
        emit(.signalDiscarded(discarded), at: discard.at, cause: discard.cause)
    }
}
