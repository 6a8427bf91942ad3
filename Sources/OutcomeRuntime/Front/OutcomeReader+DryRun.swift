// SPDX-License-Identifier: Apache-2.0

public import CatalogDomain
public import EventStore
public import ExactValues
public import OutcomeDomain

/// What a redrive would make of one key, at the state the log has now.
public struct DryRunOutcome: Sendable {
    /// The outcome key.
    public let key: OutcomeKey
    /// The state before; nil when no signal has opened the outcome.
    public let stateBefore: OutcomeState?
    /// The state after; nil when still no signal can open it.
    public let stateAfter: OutcomeState?
    /// What would be final if the window ended then; nil unless PENDING.
    public let scheduledResolution: Resolution?
    /// When the window would end; nil once settled or not opened.
    public let settlesAt: Timestamp?
    /// What would be billed: for certain when CONFIRMED, as things stand when PENDING.
    public let charge: Charge?
    /// Each letter asked about: its code afterwards, nil when it would be applied.
    public let letters: [(eventID: EventID, code: DeadLetterCode?)]
}

extension OutcomeReader {
    /// What redriving dead letters would make of their keys; nothing is written.
    ///
    /// `now`: The account's time: the test clock in a sandbox.
    public func dryRun(
        redriving letters: [(key: OutcomeKey, eventID: EventID)],
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
            results.append(outcome.dryRun(of: key, byKey[key] ?? [], catalog: catalog, now: now))
        }
        return results
    }
}

extension Outcome {
    fileprivate func dryRun(
        of key: OutcomeKey,
        _ letters: [EventID],
        catalog: Catalog,
        now: Timestamp
    ) -> DryRunOutcome {
        var outcome = self
        var codes = parked.mapValues(\.code).merging(refused) { code, _ in code }
        for letter in letters {
            let cause = Cause(position: IngestPosition(.max), eventID: letter)
            let redrive = Redrive(eventID: letter, at: now, cause: cause, reason: nil)
            let facts = outcome.execute(.redrive(redrive)) { signal in
                catalog.routing(for: signal, at: catalog.version)
            }
            for fact in facts {
                switch fact.event {
                case .signalApplied(let applied): codes[applied.signal.eventID] = nil
                case .signalDeadLettered(let letter): codes[letter.signal.eventID] = letter.code
                case .signalRedriven(let redriven):
                    if let code = redriven.code { codes[redriven.eventID] = code }
                case .opened, .signalDiscarded, .settled: break
                }
            }
        }
        return DryRunOutcome(
            key: key,
            stateBefore: state,
            stateAfter: outcome.state,
            scheduledResolution: outcome.live?.scheduledResolution,
            settlesAt: outcome.settlesAt,
            charge: outcome.charge,
            letters: letters.map { ($0, codes[$0]) }
        )
    }

    private var live: LiveOutcome? {
        guard case .live(let live) = phase else { return nil }
        return live
    }

    private var charge: Charge? {
        switch phase {
        case .unopened: nil
        case .live(let live): live.ending.charge
        case .settled(let settled): settled.ending.charge
        }
    }
}
