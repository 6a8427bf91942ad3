// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import Journeys
import OutcomeDomain

/// A journey as a person reads it in a terminal: a waterfall for each passage.
struct JourneyPicture {
    /// The width of the bars.
    static let barColumns = 32
    private static let nameColumns = 24

    let journey: Journey
    /// What a wait is measured to.
    let now: Timestamp

    init(_ journey: Journey, now: Timestamp) {
        self.journey = journey
        self.now = now
    }

    /// The lines, the last of them empty.
    var lines: [String] {
        var lines = [
            "\(journey.eventID)  \(action) on \(key): \(status)",
            "  received \(journey.receivedAt), partition \(journey.eventID.partition)",
        ]
        for passage in journey.passages {
            lines.append("")
            lines += self.lines(of: passage)
        }
        if let wait = journey.wait {
            lines.append("")
            lines += self.lines(of: wait)
        }
        lines.append("")
        return lines
    }

    private var action: String { journey.action.text.string.printable }
    private var key: String { journey.key.string.printable }

    private var status: String {
        var words = journey.status.rawValue
        if let code = journey.code { words += " (\(code.rawValue))" }
        return journey.isParked ? words + ", parked" : words
    }

    // MARK: Passages

    private func lines(of passage: JourneyPassage) -> [String] {
        var lines = ["  " + title(of: passage)]
        lines += waterfall(passage.steps)
        for fact in passage.facts {
            lines.append("    " + sentence(of: fact))
        }
        return lines
    }

    private func title(of passage: JourneyPassage) -> String {
        var words: String
        switch passage.occasion {
        case .event: words = "its own record \(passage.cause.position)"
        case .redrive: words = "redriven by record \(passage.cause.position)"
        case .discard: words = "discarded by record \(passage.cause.position)"
        case .otherEvent: words = "brought along by \(passage.cause.eventID)"
        case .time: words = "the end of the window that it had set"
        }
        if passage.occasion != .time, let author = passage.cause.author {
            words += ", asked by \(author)"
        }
        if let request = passage.passage?.request { words += ", request \(request)" }
        if let fact = passage.facts.first { words += ", node \(fact.node) batch \(fact.batch)" }
        return words
    }

    private func sentence(of fact: RecordedFact) -> String {
        var words = "position \(fact.position), version \(fact.version): "
        words += OutcomeEventSchema.typeName(of: fact.fact.event)
        if let code = fact.fact.event.code { words += " \(code.rawValue)" }
        if let state = fact.fact.event.stateAfter { words += " -> \(state.rawValue)" }
        if let posting = fact.posting(fact.stream.account) { words += ", booked as \(posting)" }
        return words
    }

    // MARK: Waiting

    private func lines(of wait: JourneyWait) -> [String] {
        let record = "waits as record \(wait.place)"
        let request = wait.acceptance.request.map { ", request \($0)" } ?? ""
        let waited = DurationText.of(
            microseconds: now.microseconds(since: wait.acceptance.writtenAt)
        )
        let ahead = Int(wait.recordsAhead).counted("record")
        return ["  " + record + request]
            + waterfall(wait.acceptance.steps)
            + ["    durable, and waiting for its lane since \(waited), \(ahead) before it"]
    }

    // MARK: Waterfalls

    private func waterfall(_ steps: [JourneyStep]) -> [String] {
        // What was built anew would push all else into one column.
        let times = steps.filter { !$0.isRebuilt }.compactMap(\.at)
        guard let start = times.min(), let end = times.max() else { return [] }
        let scale = TimeScale(start: start, end: end, columns: Self.barColumns)
        return steps.map { line(of: $0, scale) }
    }

    private func line(of step: JourneyStep, _ scale: TimeScale) -> String {
        let name = (step.name.rawValue + (step.model.map { " " + $0 } ?? ""))
            .padded(to: Self.nameColumns)
        guard let at = step.at else {
            let bound = step.notAfter.map { "by \($0)" } ?? "no time of its own"
            return "    \(name) \(bound)"
        }
        let duration = step.sincePrevious.map { DurationText.of(microseconds: $0) } ?? ""
        var words = "    \(name) \(at) \(duration.padded(to: -12))"
        if step.isRebuilt { return words + "  (built anew then)" }
        words += "  |" + scale.bar(until: at, microseconds: step.sincePrevious ?? 0) + "|"
        if let node = step.node, step.name == .accepted { words += "  by \(node)" }
        if let duration = step.sincePrevious, duration < 0 { words += "  clocks disagree" }
        return words
    }
}
