// SPDX-License-Identifier: Apache-2.0

import EventSchema
import Metrics
import OutcomeDomain

/// What a lane tells about itself.
///
/// No metric carries an account or a key.
struct LaneMeters: Sendable {
    let turnRecords = Recorder(label: "assay_lane_batch_events")
    let turnTime = Timer(label: "assay_lane_turn_seconds")
    let appendTime = Timer(label: "assay_lane_append_seconds")
    let active = Gauge(label: "assay_active_outcomes")
    let lateness = Timer(label: "assay_settlement_lateness_seconds")
    let settled = Counter(label: "assay_settlements_total")
    let retries = Counter(label: "assay_lane_retries_total")
    let halted = Counter(label: "assay_partitions_halted_total")
    let lost = Counter(label: "assay_lease_losses_total")
    let processed = Counter(label: "assay_processed_events_total")
    let waiting = Timer(label: "assay_lane_wait_seconds")
    private let residual = Meter(label: "assay_conservation_residual_events")
    private let deadLetters = Dictionary(
        uniqueKeysWithValues: DeadLetterCode.allCases.map { code in
            (
                code,
                Counter(label: "assay_dead_letters_total", dimensions: [("code", code.rawValue)])
            )
        }
    )

    /// All lanes of the node add to one figure, which is to stay zero: it only grows, so that a signal
    /// lost here and another judged twice there do not make up for each other.
    func record(_ balance: SignalBalance) {
        guard balance.residual != 0 else { return }
        residual.increment(by: Double(abs(balance.residual)))
    }

    func countDeadLetters(of facts: [LoggedFact]) {
        for logged in facts {
            guard case .outcome(let recorded) = logged,
                case .signalDeadLettered(let letter) = recorded.fact.event
            else { continue }
            deadLetters[letter.code]?.increment()
        }
    }
}
