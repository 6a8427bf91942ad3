// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import CatalogDomain
import EventSchema
import ExactValues
import HTTPAPI
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// One outcome: what it is and why, what happens next, and all that has happened.
enum OutcomePages {
    static let routes: [PageRoute] = [.get("/dashboard/outcomes/{key}", outcome)]

    /// Facts on a page of the time line.
    private static let pageLimitFacts = 50
    private static let letterLimit = 50

    private static func outcome(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp(models: ReadModels.all)
        guard let key = OutcomeKey(call.name) else { throw APIError.notFound }
        let asked = try number("at_version", call)
        let explanation = try await call.services.outcomes.explanation(
            of: key,
            account: call.account,
            isSandbox: call.principal.catalog.isSandbox,
            at: asked.map { .version($0) } ?? .latest
        )
        guard let explanation else { throw APIError.notFound }
        let place = call.services.changes.place(
            of: call.account,
            isSandbox: call.principal.catalog.isSandbox
        )
        let top = try number("through", call).map { min($0, explanation.version) }
        let timeline = try await timeline(of: key, through: top ?? explanation.version, call)
        return .page(
            page(
                key,
                explanation,
                timeline,
                posting: try await posting(of: key, explanation, call),
                top: top ?? explanation.version,
                asked: asked,
                live: asked == nil ? live(explanation, place) : nil,
                call
            )
        )
    }

    /// The facts before and with a version, newest first.
    private static func timeline(
        of key: OutcomeKey,
        through top: Int,
        _ call: PageCall
    ) async throws -> [TimelineItem] {
        let start = max(0, top - pageLimitFacts)
        let facts = try await call.services.outcomes.history(
            of: key,
            account: call.account,
            isSandbox: call.principal.catalog.isSandbox,
            after: start,
            limit: top - start
        )
        let metadata = try await call.services.outcomes.metadata(
            of: facts,
            by: call.principal.catalog
        )
        let path = OutcomeLine.path(of: key)
        return zip(facts, metadata).reversed().map { TimelineItem($0, $1, outcome: path) }
    }

    private static func posting(
        of key: OutcomeKey,
        _ explanation: Explanation,
        _ call: PageCall
    ) async throws -> Posting? {
        guard explanation.state == .confirmed else { return nil }
        return try await call.services.ledger.postings(
            of: call.account,
            filter: LedgerFilter(key: key),
            limit: 1,
            after: nil
        ).elements.first
    }

    /// The stream that tells of the outcome, among others of its agent and customer.
    private static func live(_ explanation: Explanation, _ place: ChangeCursor?) -> String? {
        guard let terms = explanation.terms, let place else { return nil }
        let customer = PercentCoding.encode(terms.customer.text)
        return "/v1/outcomes/stream?agent_key=\(terms.agent.text)&customer_key=\(customer)"
            + "&cursor=\(place.text)"
    }

    private static func number(_ name: String, _ call: PageCall) throws(APIError) -> Int? {
        guard let text = call.query(name) else { return nil }
        guard let number = Int(text), number > 0 else {
            throw .invalid(name, "must be an integer from 1 on")
        }
        return number
    }

    private static func page(
        _ key: OutcomeKey,
        _ explanation: Explanation,
        _ timeline: [TimelineItem],
        posting: Posting?,
        top: Int,
        asked: Int?,
        live: String?,
        _ call: PageCall
    ) -> OutcomePage {
        let path = OutcomeLine.path(of: key)
        let api = "/v1/outcomes/" + PercentCoding.encode(key.text)
        let at = asked.map { "?at_version=\($0)" } ?? ""
        let mark = asked.map { "?at_version=\($0)&" } ?? "?"
        let isFinal = [.confirmed, .failed, .missed].contains(explanation.state)
        var counterfactual: String?
        if case .success(let found) = explanation.counterfactual {
            counterfactual =
                "It would \(isFinal ? "have been" : "be") \(found.state.rawValue) with "
                + found.text { "\(Instant($0).short) UTC" } + "."
        }
        return OutcomePage(
            shell: Shell(title: key.text.string, section: .outcomes, call),
            key: key.text.string,
            path: path,
            state: explanation.state?.rawValue,
            then: explanation.state == .open
                ? "MISSED" : explanation.scheduledResolution?.rawValue,
            reason: explanation.reason { "\(Instant($0).short) UTC" },
            openedAt: explanation.openedAt.map { Instant($0) },
            settlesAt: explanation.settlesAt.map { Instant($0) },
            isFinal: isFinal,
            signals: explanation.signalCount,
            version: explanation.version,
            counterfactual: counterfactual,
            noCounterfactual: counterfactual == nil ? explanation.noCounterfactual : nil,
            tree: explanation.truth.map { [ConditionTree($0)] } ?? [],
            turnedBy: explanation.turnedBy.map { SignalLink($0) },
            terms: explanation.terms.map { OutcomePage.Terms($0) },
            bill: OutcomePage.Bill(explanation),
            ledger: posting.map { OutcomePage.Ledger($0) },
            letters: explanation.letters.prefix(letterLimit).map { letter in
                OutcomePage.Letter(
                    signal: SignalLink(letter.signal),
                    code: letter.code.rawValue,
                    isLate: letter.code == .outcomeNotOpen,
                    isParked: letter.isParked
                )
            },
            hasMoreLetters: explanation.letters.count > letterLimit,
            hasLetters: !explanation.letters.isEmpty,
            timeline: timeline,
            older: top > pageLimitFacts
                ? "\(path)\(mark)through=\(top - pageLimitFacts)#timeline" : nil,
            newer: top < explanation.version
                ? "\(path)\(mark)through=\(top + pageLimitFacts)#timeline" : nil,
            past: asked.map { version in
                OutcomePage.Past(
                    version: version,
                    now: path,
                    before: version > 1 ? "\(path)?at_version=\(version - 1)" : nil,
                    after: "\(path)?at_version=\(version + 1)"
                )
            },
            evidence: api + "/evidence",
            live: live,
            curls: [
                CurlCommand("The outcome", api + at, call),
                CurlCommand("Why it is so", api + "/explain" + at, call),
                CurlCommand("Its history", api + "/history" + at, call),
                CurlCommand("Its evidence, for `assay verify`", api + "/evidence", call),
            ]
        )
    }
}

extension Explanation {
    /// Why there is no change to tell, in a sentence.
    fileprivate var noCounterfactual: String? {
        guard case .failure(let absence) = counterfactual else { return nil }
        return switch absence {
        case .notOpened: nil
        case .tooManySignals: "There are more signals than are looked through for it."
        case .notFound: "No small change was found that would turn it."
        }
    }
}
