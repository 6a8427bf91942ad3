// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// How a rebuild is doing, as lines for a terminal.
struct RebuildLines {
    private let model: String
    private let answer: JSONValue

    init(_ model: String, _ answer: JSONValue) {
        self.model = model
        self.answer = answer
    }

    private var phase: String { answer[member: "phase"]?.string ?? "none" }

    private func count(_ name: Text, in part: Text? = nil) -> String {
        let object = part.map { answer[member: $0] } ?? answer
        return object?[member: name]?.number?.description ?? "0"
    }

    /// Whether it goes on by itself.
    var isRunning: Bool { phase == "building" || phase == "comparing" }

    /// How far it has come, in one line.
    var progress: String {
        var line = "\(model): \(count("done_events")) of \(count("goal_events")) events"
        guard phase == "building" else { return line + ", comparing" }
        if let speed = answer[member: "events_per_second"]?.number {
            line += ", \(speed.description) a second"
        }
        if let seconds = answer[member: "remaining_seconds"]?.number {
            line += ", \(seconds.description) s to go"
        }
        return line
    }

    /// Everything worth telling.
    var lines: [String] {
        switch phase {
        case "none": return ["\(model): no rebuild; there is one copy."]
        case "building", "comparing": return [progress]
        case "paused":
            return [progress + ", paused", "It goes on with: assay rebuild \(model) resume"]
        case "failed": return [progress, failure]
        case "live_unreadable":
            return [
                progress,
                "It has stopped: the live rows do not say how far they have got ("
                    + (answer[member: "reason"]?.string ?? "") + ").",
                "A restart of the server makes such rows anew; assay rebuild \(model) resume tries "
                    + "again.",
            ]
        case "differing": return differing
        default: return swapped
        }
    }

    private var failure: String {
        "It has stopped at partition \(count("partition", in: "failure")), position "
            + "\(count("position", in: "failure")): "
            + (answer[member: "failure"]?[member: "reason"]?.string ?? "")
    }

    private var differing: [String] {
        let comparison = answer[member: "comparison"]
        let first = comparison?[member: "first_differences"]?.array.compactMap(\.string) ?? []
        return [
            "\(model): \(count("differences", in: "comparison")) of "
                + "\(count("rows", in: "comparison")) rows are not what the log gives. The first:"
        ] + first.map { "  " + $0 } + [
            "The live rows stay. To make the rebuilt ones live: "
                + "assay rebuild \(model) swap --accept-difference"
        ]
    }

    private var swapped: [String] {
        let differences = count("differences", in: "verdict")
        let equal = differences == "0" ? "equal to the old ones" : "\(differences) differed"
        return [
            "\(model): the rebuilt rows are live, \(count("rows", in: "verdict")) of them, \(equal).",
            "Digest \(answer[member: "verdict"]?[member: "digest"]?.string ?? "")",
            "The old copy is kept until: assay rebuild \(model) drop",
        ]
    }

    /// Why a rebuild that stands still has not reached its end; nil when it has.
    var complaint: String? {
        switch phase {
        case "differing": "The live rows of \(model) are not what the log gives: see above."
        case "failed", "live_unreadable": "The rebuild of \(model) cannot go on: see above."
        case "paused", "none": "The rebuild of \(model) was ended by another command."
        default: nil
        }
    }
}
