// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// When and how an agent's outcomes are billed (SPEC 2, Agent).
///
/// It is copied onto every outcome, so it is one reference; equal contracts have equal canonical
/// forms and therefore one hash.
public struct Contract: Sendable {
    /// The default of SPEC 2: 72 hours.
    public static let defaultSettlementPeriodSeconds = 259_200
    /// The settlement periods there may be: one second to 180 days (SPEC 2).
    public static let settlementPeriodRangeSeconds = 1...15_552_000

    private let parts: Parts

    /// Everything that is worked out once and never changes.
    private final class Parts: Sendable {
        let settlementPeriodSeconds: Int
        let condition: Condition
        let attributionMethod: AttributionMethod
        let unit: Text?
        let compiled: CompiledCondition
        let emptyTallies: [ActionTally]
        let canonicalBytes: [UInt8]
        let hash: Digest

        init(
            settlementPeriodSeconds: Int,
            condition: Condition,
            attributionMethod: AttributionMethod,
            unit: Text?
        ) {
            self.settlementPeriodSeconds = settlementPeriodSeconds
            self.condition = condition
            self.attributionMethod = attributionMethod
            self.unit = unit
            compiled = CompiledCondition(condition)
            emptyTallies = Array(repeating: ActionTally(), count: compiled.facts.count)
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("attribution_method", attributionMethod.rawValue)
            writer.name("condition")
            condition.write(to: &writer)
            writer.member("settlement_period", settlementPeriodSeconds)
            if let unit { writer.member("unit", unit) }
            writer.endObject()
            canonicalBytes = writer.bytes
            hash = Digest.sha256(writer.bytes)
        }
    }

    /// Puts a contract together.
    ///
    /// - Parameters:
    ///   - settlementPeriodSeconds: Within `settlementPeriodRangeSeconds`, which is the caller's
    ///     duty: what comes from outside is read by `init(json:field:)`.
    ///   - condition: When an outcome is billable.
    ///   - attributionMethod: How quantities are counted.
    ///   - unit: The name of what is counted, for people.
    public init(
        settlementPeriodSeconds: Int = Contract.defaultSettlementPeriodSeconds,
        condition: Condition,
        attributionMethod: AttributionMethod = .last,
        unit: Text? = nil
    ) {
        precondition(
            Self.settlementPeriodRangeSeconds.contains(settlementPeriodSeconds),
            "a settlement period out of the range of SPEC 2"
        )
        parts = Parts(
            settlementPeriodSeconds: settlementPeriodSeconds,
            condition: condition,
            attributionMethod: attributionMethod,
            unit: unit
        )
    }

    /// How long the window stays open after the latest signal, in seconds.
    public var settlementPeriodSeconds: Int { parts.settlementPeriodSeconds }
    /// When an outcome is billable.
    public var condition: Condition { parts.condition }
    /// How quantities are counted when several signals carry one.
    public var attributionMethod: AttributionMethod { parts.attributionMethod }
    /// The name of what is counted, for people.
    public var unit: Text? { parts.unit }
    /// The SHA-256 of the canonical form: a contract is another one exactly when this is.
    public var hash: Digest { parts.hash }
    /// The canonical form as UTF-8: members sorted, no white space, `unit` only when there is one.
    public var canonicalBytes: [UInt8] { parts.canonicalBytes }

    /// Writes the canonical form.
    public func write(to writer: inout JSONWriter) { writer.raw(parts.canonicalBytes) }
}

extension Contract: Hashable {
    /// Equal means the same canonical form.
    public static func == (left: Contract, right: Contract) -> Bool {
        left.parts === right.parts || left.hash == right.hash
    }

    /// Hashes the name of the canonical form.
    public func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}

// MARK: Evaluation

extension Contract {
    /// The actions the condition asks about, each once; tallies are in this order.
    public var facts: [Action] { parts.compiled.facts }

    /// The place of an action in `facts`; nil when the condition does not ask about it.
    func factIndex(of action: Action) -> Int? { parts.compiled.index(of: action) }

    /// The tallies of an outcome without signals, one for each of `facts`.
    public var emptyTallies: [ActionTally] { parts.emptyTallies }

    /// Counts an applied signal in the tally of its action, if the condition asks about it.
    ///
    /// - Parameters:
    ///   - signal: The signal.
    ///   - number: Which applied signal of the outcome it is, from 1.
    ///   - tallies: The outcome's, that began as `emptyTallies`.
    public func count(_ signal: Signal, number: Int, in tallies: inout [ActionTally]) {
        guard let index = parts.compiled.index(of: signal.action) else { return }
        tallies[index].count(signal.value, number: number)
    }

    /// Evaluates the condition; total (SPEC 5).
    public func evaluate(_ tallies: [ActionTally]) -> Proof { parts.compiled.evaluate(tallies) }
}
