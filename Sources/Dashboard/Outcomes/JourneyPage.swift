// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Journeys
import OutcomeDomain

/// One event's way through the system: a water fall for each passage, with the table behind it.
struct JourneyPage: PageModel {
    /// One way through a lane.
    struct Passage {
        let title: String
        let author: String?
        let request: String?
        let trace: String?
        let node: String?
        let fall: WaterFall?
        let steps: [StepLine]
        let facts: [FactLine]
    }

    /// A row of the table.
    struct StepLine {
        let name: String
        let at: Instant?
        let notAfter: Instant?
        let since: String?
        let node: String?
    }

    /// What it has left on its outcome's stream.
    struct FactLine {
        let version: Int
        let title: String
        let path: String
    }

    struct Wait {
        let since: Instant
        let ahead: String
    }

    let template = "journey"
    let shell: Shell
    let eventID: String
    let key: String
    let outcome: String
    let action: String
    let receivedAt: Instant
    let status: String
    let statusKind: String
    let code: String?
    let isParked: Bool
    let wait: Wait?
    let passages: [Passage]
    let curls: [CurlCommand]
}

extension JourneyPage.StepLine {
    init(_ step: JourneyStep) {
        name = step.title
        at = step.at.map { Instant($0) }
        notAfter = step.notAfter.map { Instant($0) }
        since = step.sincePrevious.map { MicrosecondsText.of($0) }
        node = step.node
    }
}

extension JourneyStep {
    /// The hop as people call it.
    var title: String {
        switch name {
        case .accepted: "Accepted"
        case .flushed: "Written to disk"
        case .taken: "Taken by a lane"
        case .decided: "Decided"
        case .appended: "Appended to the log"
        case .visible: "Visible in \(model ?? "a read model")" + (isRebuilt ? " (built anew)" : "")
        }
    }
}

extension JourneyPassage.Occasion {
    /// What brought a passage about, as people call it.
    var title: String {
        switch self {
        case .event: "The event itself"
        case .redrive: "A redrive of it"
        case .discard: "Its discard"
        case .otherEvent: "Another event brought it along"
        case .time: "The end of the window that it had set"
        }
    }
}

/// Microseconds in a unit that fits.
enum MicrosecondsText {
    static func of(_ microseconds: Int64) -> String {
        let size = microseconds.magnitude
        let sign = microseconds < 0 ? "-" : ""
        switch size {
        case 0..<1_000: return "\(sign)\(size) µs"
        case 1_000..<1_000_000: return "\(sign)\(tenths(size, 1_000)) ms"
        case 1_000_000..<120_000_000: return "\(sign)\(tenths(size, 1_000_000)) s"
        case 120_000_000..<7_200_000_000: return "\(sign)\(tenths(size, 60_000_000)) min"
        default: return "\(sign)\(tenths(size, 3_600_000_000)) h"
        }
    }

    private static func tenths(_ size: UInt64, _ unit: UInt64) -> String {
        let tenths = size * 10 / unit
        return "\(tenths / 10).\(tenths % 10)"
    }
}
