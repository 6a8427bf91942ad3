// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// An outcome's applied signals in their order, with the states on the way, so that a part of them
/// can be decided again without those before.
struct AppliedSignals: Sendable {
    /// A state is kept before every so many signals.
    static let strideSignals = 256
    /// What a signal takes beside its texts, about.
    private static let signalBytes = 256

    /// The signals, as many as are kept.
    private(set) var signals: [Signal] = []
    /// By fact of the contract, where its signals stand, in order.
    private(set) var places: [[Int]]
    /// The state before the signal at each multiple of the stride; the first is before the opening.
    private var states: [Outcome] = [Outcome()]
    private var bytes = 0
    /// Whether there were more than are kept.
    private(set) var isCut = false

    /// Keeps nothing yet; `facts`: how many actions the contract asks about.
    init(facts: Int = 0) { places = Array(repeating: [], count: facts) }

    /// Takes the next applied signal.
    ///
    /// - Parameters:
    ///   - signal: The signal.
    ///   - fact: Which fact of the contract it is.
    ///   - phase: The state before it.
    mutating func append(_ signal: Signal, fact: Int?, to phase: Outcome.Phase) {
        bytes += Self.signalBytes + signal.textBytes
        guard !isCut, signals.count < OutcomeTrail.signalLimit,
            bytes <= OutcomeTrail.signalLimitBytes
        else {
            isCut = true
            return
        }
        if signals.count == states.count * Self.strideSignals {
            var state = Outcome()
            state.phase = phase
            states.append(state)
            // Once there are many: growing step by step would copy them again and again.
            if states.count == 4 { signals.reserveCapacity(OutcomeTrail.signalLimit) }
        }
        if let fact { places[fact].append(signals.count) }
        signals.append(signal)
    }

    /// The latest state that was kept before the signal at a place, and how many signals it has.
    func state(before place: Int) -> (outcome: Outcome, count: Int) {
        let index = min(place / Self.strideSignals, states.count - 1)
        return (states[index], index * Self.strideSignals)
    }

    /// The latest value that the first so many signals of a fact had brought.
    func latestValue(ofFirst count: Int, of fact: Int) -> SignalValue? {
        for place in places[fact].prefix(count).reversed() {
            if let value = signals[place].value { return value }
        }
        return nil
    }
}

extension Signal {
    fileprivate var textBytes: Int {
        var bytes = action.text.utf8.count + customer.text.utf8.count
        if case .string(let text)? = value { bytes += text.utf8.count }
        if let idempotencyKey { bytes += idempotencyKey.utf8.count }
        return bytes
    }
}
