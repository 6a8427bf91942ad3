// SPDX-License-Identifier: Apache-2.0

import EventSchema
import ExactValues
import HTTPAPI
import Journeys
import OutcomeDomain

/// Where an event has been, and when.
enum JourneyPages {
    static let routes: [PageRoute] = [.get("/dashboard/events/{event_id}", journey)]

    /// Where an event's page is.
    static func path(of event: EventID) -> String { "/dashboard/events/\(event)" }

    private static func journey(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp(models: ReadModels.all)
        guard let id = EventID(call.name.string),
            let journey = try await call.services.journeys.journey(of: id, account: call.account)
        else { throw APIError.notFound }
        let outcome = OutcomeKey(journey.key).map { OutcomeLine.path(of: $0) } ?? ""
        return .page(
            JourneyPage(
                shell: Shell(title: "Event \(id)", section: .outcomes, call),
                eventID: id.description,
                key: journey.key.string,
                outcome: outcome,
                action: journey.action.text.string,
                receivedAt: Instant(journey.receivedAt),
                status: journey.status.title,
                statusKind: journey.status.kind,
                code: journey.code?.rawValue,
                isParked: journey.isParked,
                wait: journey.wait.map { wait in
                    JourneyPage.Wait(
                        since: Instant(wait.acceptance.writtenAt),
                        ahead: wait.recordsAhead == 1 ? "1 record" : "\(wait.recordsAhead) records"
                    )
                },
                passages: journey.passages.map { JourneyPage.Passage($0, outcome: outcome) },
                curls: [
                    CurlCommand("Its journey", "/v1/events/\(id)/trace", call),
                    CurlCommand("What has become of it", "/v1/events/\(id)", call),
                    CurlCommand(
                        "The proof that it is in the log",
                        "/v1/events/\(id)/inclusion",
                        call
                    ),
                ]
            )
        )
    }
}

extension Journey.Status {
    fileprivate var title: String {
        switch self {
        case .waiting: "Waiting"
        case .applied: "Applied"
        case .deadLettered: "Dead letter"
        case .discarded: "Discarded"
        }
    }

    /// Which colour helps.
    fileprivate var kind: String {
        switch self {
        case .waiting: "wait"
        case .applied: "good"
        case .deadLettered: "bad"
        case .discarded: "mute"
        }
    }
}

extension JourneyPage.Passage {
    fileprivate init(_ passage: JourneyPassage, outcome: String) {
        let steps = passage.steps
        title = passage.occasion.title
        author = passage.cause.author?.string
        request = passage.passage?.request
        trace = passage.facts.first?.trace
        node = passage.facts.first?.node
        fall = WaterFall(steps)
        self.steps = steps.map { JourneyPage.StepLine($0) }
        facts = passage.facts.map { fact in
            JourneyPage.FactLine(
                version: fact.version,
                title: FactWords(fact.fact.event).title,
                path: "\(outcome)?at_version=\(fact.version)"
            )
        }
    }
}
