// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// An outcome as it is and as it would be.
public struct SimulatedComparison: Hashable, Sendable {
    /// The customer who pays.
    public let customer: CustomerKey
    /// When the first signal was received.
    public let openedAt: Timestamp
    /// As it is.
    public let before: OutcomeStanding
    /// As it would be.
    public let after: OutcomeStanding
    /// Whether both count quantities the same way.
    let sameAttribution: Bool
    /// Whether both ask the same condition.
    let sameCondition: Bool
    /// The node of the candidate's condition that its truth comes from.
    public let turnedBy: DecidingNode

    /// Whether state, scheduled resolution or money would be another.
    public var isChanged: Bool {
        before.state != after.state || before.scheduledResolution != after.scheduledResolution
            || before.charge != after.charge
    }

    /// Why it would be another.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// The candidate asks another condition, which answers otherwise.
        case condition = "CONDITION"
        /// The window ends at another time, so that other signals count or the outcome is final
        /// where it was not, or the other way round.
        case window = "WINDOW"
        /// Quantities are counted otherwise.
        case attribution = "ATTRIBUTION"
        /// A unit costs something else.
        case price = "PRICE"
    }

    /// What made the difference, in the order of `Reason`; empty when there is none.
    ///
    /// Where both the condition and the window are others, both are named when both can have.
    public var reasons: [Reason] {
        guard isChanged else { return [] }
        var reasons: [Reason] = []
        let isElsewhere =
            before.state != after.state || before.scheduledResolution != after.scheduledResolution
        let otherSignals = before.signals != after.signals
        let otherWindow = otherSignals || before.isFinal != after.isFinal
        if isElsewhere, !sameCondition { reasons.append(.condition) }
        if isElsewhere ? otherWindow : otherSignals { reasons.append(.window) }
        guard let mine = before.charge, let theirs = after.charge else { return reasons }
        if mine.quantity != theirs.quantity, !sameAttribution { reasons.append(.attribution) }
        if mine.currency != theirs.currency || isOtherPrice(mine, theirs) { reasons.append(.price) }
        return reasons
    }

    /// Whether amounts differ more than their quantities do: exact, since nothing is divided.
    private func isOtherPrice(_ mine: Charge, _ theirs: Charge) -> Bool {
        mine.amount * theirs.quantity != theirs.amount * mine.quantity
    }
}

extension OutcomeStanding {
    /// Whether the window has ended.
    public var isFinal: Bool {
        switch state {
        case .open, .pending: false
        case .confirmed, .failed, .missed: true
        }
    }
}
