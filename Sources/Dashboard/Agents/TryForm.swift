// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain
import Simulation
import TrafficStudy

/// Which outcomes a contract is to be tried on, as typed.
struct TryForm: Sendable {
    /// The agent whose outcomes are decided again.
    var agent: String
    /// `last` or `period`.
    var by: String
    var last: String
    var from: String
    var before: String
    /// A rate card's key; empty for each outcome's own price.
    var rateCard: String

    init(_ form: Form) {
        agent = form.text("try_agent")
        by = form.text("try_by") == "period" ? "period" : "last"
        last = form.text("try_last")
        from = form.text("try_from")
        before = form.text("try_before")
        rateCard = form.text("try_rate_card")
    }

    /// What is asked unless told otherwise.
    init(agent: String) {
        self.agent = agent
        by = "last"
        last = String(StudyLimits.defaultOutcomes)
        from = ""
        before = ""
        rateCard = ""
    }

    /// The question to ask.
    ///
    /// - Throws: What is wrong, by the names of the form's fields.
    func request(_ contract: Contract) throws(ValidationFailure) -> SimulationRequest {
        guard let key = Slug(Text(agent)) else {
            throw ValidationFailure(field: "try_agent", message: "must name an agent")
        }
        var problems: [FieldError] = []
        var request = SimulationRequest(contract: contract, agent: key)
        if by == "period" {
            request.openedFrom = instant(from, "try_from", &problems)
            request.openedBefore = instant(before, "try_before", &problems)
            request.outcomes = StudyLimits.maximumOutcomes
            if let from = request.openedFrom, let before = request.openedBefore, from >= before {
                problems.append(FieldError(field: "try_before", message: "must be after the start"))
            }
        } else if let last = Int(last), (1...StudyLimits.maximumOutcomes).contains(last) {
            request.outcomes = last
        } else {
            let message = "must be a whole number from 1 to \(StudyLimits.maximumOutcomes)"
            problems.append(FieldError(field: "try_last", message: message))
        }
        if !rateCard.isEmpty {
            if let card = Slug(Text(rateCard)) {
                request.price = .rateCard(card)
            } else {
                problems.append(
                    FieldError(field: "try_rate_card", message: "must name a rate card")
                )
            }
        }
        guard problems.isEmpty else { throw ValidationFailure(problems) }
        return request
    }

    /// A moment as browsers send it, without an offset, which is UTC; nil when nothing was typed.
    private func instant(
        _ typed: String,
        _ field: String,
        _ problems: inout [FieldError]
    ) -> Timestamp? {
        guard !typed.isEmpty else { return nil }
        for tail in ["", "Z", ":00Z", "T00:00:00Z"] {
            if let time = Timestamp(typed + tail) { return time }
        }
        problems.append(
            FieldError(field: field, message: "must be a date and a time, as in 2026-03-02T08:00")
        )
        return nil
    }
}
