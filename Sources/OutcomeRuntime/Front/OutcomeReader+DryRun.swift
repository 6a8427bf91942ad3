// SPDX-License-Identifier: Apache-2.0

public import CatalogDomain
public import EventStore
public import ExactValues
public import OutcomeDomain

/// What may be done about a dead letter (SPEC 4, Dead letters).
public enum LetterAction: Hashable, Sendable {
    /// Tried again.
    case redrive
    /// Given up for good.
    case discard
}

/// What a redrive or a discard would make of one key, at the state the log has now.
public struct DryRunOutcome: Sendable {
    /// What would become of one of the letters asked about.
    public struct Letter: Hashable, Sendable {
        /// The letter.
        public let eventID: EventID
        /// What it would be afterwards.
        public let status: EventFate.Status
        /// Its code afterwards; nil when it would be applied.
        public let code: DeadLetterCode?
    }

    /// The outcome key.
    public let key: OutcomeKey
    /// The state at the account's time without the request; nil when no signal has opened the
    /// outcome.
    public let stateBefore: OutcomeState?
    /// The state after it; nil when still no signal can open the outcome.
    public let stateAfter: OutcomeState?
    /// What would be final if the window ended then; nil unless PENDING.
    public let scheduledResolution: Resolution?
    /// When the window would end or, once settled, has ended; nil when not opened.
    public let settlesAt: Timestamp?
    /// The outcome's money afterwards: for certain when CONFIRMED, as things stand when PENDING.
    public let charge: Charge?
    /// Each letter asked about that is outstanding.
    public let letters: [Letter]

    /// The money that the request would bring about.
    ///
    /// Nil unless it opens the outcome: what was open before keeps its money, whatever is redriven.
    public var addedCharge: Charge? { stateBefore == nil ? charge : nil }
}

extension OutcomeReader {
    /// What redriving or discarding dead letters would make of their keys; nothing is written.
    ///
    /// `now`: The account's time: the test clock in a sandbox.
    public func dryRun(
        _ action: LetterAction,
        of letters: [(key: OutcomeKey, eventID: EventID)],
        account: AccountID,
        catalog: Catalog,
        now: Timestamp
    ) async throws(StoreError) -> [DryRunOutcome] {
        var keys: [OutcomeKey] = []
        var byKey: [OutcomeKey: [EventID]] = [:]
        for letter in letters {
            if byKey[letter.key] == nil { keys.append(letter.key) }
            byKey[letter.key, default: []].append(letter.eventID)
        }
        var results: [DryRunOutcome] = []
        for key in keys {
            let (outcome, _) = try await outcome(
                key,
                account: account,
                isSandbox: catalog.isSandbox
            )
            var run = DryRun(outcome: outcome, catalog: catalog, now: now)
            results.append(run.carryOut(action, on: byKey[key] ?? [], of: key))
        }
        return results
    }
}

/// One key's state, moved along by commands of which nothing is kept.
private struct DryRun {
    private var outcome: Outcome
    private let catalog: Catalog
    private let now: Timestamp
    private var fates: [EventID: (status: EventFate.Status, code: DeadLetterCode?)]

    init(outcome: Outcome, catalog: Catalog, now: Timestamp) {
        self.outcome = outcome
        self.catalog = catalog
        self.now = now
        fates = outcome.parked.mapValues(\.code).merging(outcome.refused) { code, _ in code }
            .mapValues { (.deadLettered, $0) }
    }

    mutating func carryOut(
        _ action: LetterAction,
        on letters: [EventID],
        of key: OutcomeKey
    ) -> DryRunOutcome {
        // What is due by now is not the request's doing.
        execute(.settle(through: now))
        let stateBefore = outcome.state
        for letter in letters {
            execute(command(action, on: letter))
        }
        return DryRunOutcome(
            key: key,
            stateBefore: stateBefore,
            stateAfter: outcome.state,
            scheduledResolution: outcome.live?.scheduledResolution,
            settlesAt: outcome.windowEnd,
            charge: outcome.charge,
            letters: letters.compactMap { letter in
                fates[letter].map { .init(eventID: letter, status: $0.status, code: $0.code) }
            }
        )
    }

    private func command(_ action: LetterAction, on letter: EventID) -> OutcomeCommand {
        let cause = Cause(position: IngestPosition(.max), eventID: letter)
        return switch action {
        case .redrive:
            .redrive(Redrive(eventID: letter, at: now, cause: cause, reason: nil))
        case .discard:
            .discard(Discard(eventID: letter, at: now, cause: cause, reason: ""))
        }
    }

    private mutating func execute(_ command: OutcomeCommand) {
        let catalog = catalog
        let facts = outcome.execute(command) { signal in
            catalog.routing(for: signal, at: catalog.version)
        }
        for fact in facts {
            note(fact.event)
        }
    }

    private mutating func note(_ event: OutcomeEvent) {
        switch event {
        case .signalApplied(let applied):
            fates[applied.signal.eventID] = (.applied, nil)
        case .signalDeadLettered(let letter):
            fates[letter.signal.eventID] = (.deadLettered, letter.code)
        case .signalRedriven(let redriven):
            if let code = redriven.code { fates[redriven.eventID] = (.deadLettered, code) }
        case .signalDiscarded(let discarded):
            fates[discarded.eventID]?.status = .discarded
        case .opened, .settled:
            break
        }
    }
}

extension Outcome {
    fileprivate var live: LiveOutcome? {
        guard case .live(let live) = phase else { return nil }
        return live
    }

    fileprivate var windowEnd: Timestamp? {
        switch phase {
        case .unopened: nil
        case .live(let live): live.settlesAt
        case .settled(let settled): settled.settledAt
        }
    }

    fileprivate var charge: Charge? {
        switch phase {
        case .unopened: nil
        case .live(let live): live.ending.charge
        case .settled(let settled): settled.ending.charge
        }
    }
}
