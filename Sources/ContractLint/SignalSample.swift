// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// What was seen of one action.
public struct ObservedAction: Hashable, Sendable {
    /// So many texts are kept as examples, none longer than `limitTextScalars`.
    public static let limitTexts = 10
    /// Longer texts are no examples.
    public static let limitTextScalars = 64

    /// How many signals said so.
    public internal(set) var signals = 0
    /// On how many outcomes.
    public internal(set) var outcomes = 0
    /// How many carried a string as value.
    public internal(set) var strings = 0
    /// How many carried a number.
    public internal(set) var numbers = 0
    /// How many carried a boolean.
    public internal(set) var booleans = 0
    /// The smallest number.
    public internal(set) var minimum: Decimal?
    /// The largest number.
    public internal(set) var maximum: Decimal?
    /// Some of the texts, the first found.
    public internal(set) var texts: [Text] = []

    init(outcomes: Int = 0) { self.outcomes = outcomes }

    /// How many carried a value.
    public var values: Int { strings + numbers + booleans }

    mutating func take(_ value: SignalValue?) {
        signals += 1
        switch value {
        case nil: break
        case .boolean: booleans += 1
        case .string(let text):
            strings += 1
            if texts.count < Self.limitTexts, text.scalarCount <= Self.limitTextScalars,
                !texts.contains(text)
            {
                texts.append(text)
            }
        case .number(let number):
            numbers += 1
            minimum = min(minimum ?? number, number)
            maximum = max(maximum ?? number, number)
        }
    }

    mutating func merge(_ other: ObservedAction) {
        signals += other.signals
        outcomes += other.outcomes
        strings += other.strings
        numbers += other.numbers
        booleans += other.booleans
        for number in [other.minimum, other.maximum].compactMap({ $0 }) {
            minimum = min(minimum ?? number, number)
            maximum = max(maximum ?? number, number)
        }
        for text in other.texts where texts.count < Self.limitTexts && !texts.contains(text) {
            texts.append(text)
        }
    }
}

/// The signals of one outcome, by what they say happened.
///
/// Whoever takes the facts bounds how many there are.
public struct OutcomeSample: Hashable, Sendable {
    /// What was seen of each action.
    public private(set) var actions: [Action: ObservedAction] = [:]

    /// Nothing looked at yet.
    public init() {}

    /// Takes the outcome's next fact.
    ///
    /// A signal that was parked counts when it is judged, once.
    public mutating func follow(_ fact: OutcomeFact) {
        switch fact.event {
        case .signalApplied(let applied): take(applied.signal)
        case .signalDeadLettered(let letter) where !letter.parked: take(letter.signal)
        case .opened, .signalDeadLettered, .signalRedriven, .signalDiscarded, .settled: break
        }
    }

    private mutating func take(_ signal: Signal) {
        actions[signal.action, default: ObservedAction(outcomes: 1)].take(signal.value)
    }
}

/// The signals of some outcomes, by what they say happened.
public struct SignalSample: Hashable, Sendable {
    /// At most so many actions are told apart; signals of others are only counted.
    public static let limitActions = 500

    /// What was seen of each action: of one that is here no signal was passed over.
    public private(set) var actions: [Action: ObservedAction] = [:]
    /// Signals of actions beyond `limitActions`.
    public private(set) var otherSignals = 0
    /// How many outcomes were looked at.
    public private(set) var outcomes = 0
    /// Of how many of them not all facts were.
    public private(set) var shortened = 0

    /// Nothing looked at yet.
    public init() {}

    /// Adds what was seen of one outcome.
    ///
    /// `isWhole`: Whether all of its facts were looked at.
    public mutating func add(_ outcome: OutcomeSample, isWhole: Bool) {
        outcomes += 1
        shortened += isWhole ? 0 : 1
        for (action, observed) in outcome.actions.sorted(by: { $0.key < $1.key }) {
            guard actions[action] != nil || actions.count < Self.limitActions else {
                otherSignals += observed.signals
                continue
            }
            actions[action, default: ObservedAction()].merge(observed)
        }
    }

    /// The actions, those of the most signals first; of equal ones by their bytes.
    public var ordered: [(action: Action, observed: ObservedAction)] {
        actions.sorted { left, right in
            (-left.value.signals, left.key) < (-right.value.signals, right.key)
        }.map { ($0.key, $0.value) }
    }
}
