// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// How quantities are counted when several signals carry one (SPEC 2, 6).
public enum AttributionMethod: String, Hashable, Sendable, CaseIterable {
    /// The first applied signal that carries one.
    case first
    /// The last applied signal that carries one; the default.
    case last
    /// The smallest.
    case min
    /// The largest.
    case max
    /// The sum of all.
    case sum
}

/// The quantity so far, over the `attribution` of all applied signals, whatever the action (SPEC 6).
public struct AttributionTally: Hashable, Sendable {
    /// How quantities are counted.
    public let method: AttributionMethod
    /// The quantity so far; nil while no signal has carried one.
    public private(set) var total: WideDecimal?

    /// Counts nothing yet.
    public init(method: AttributionMethod) { self.method = method }

    /// Goes on from what was counted before.
    public init(method: AttributionMethod, total: WideDecimal?) {
        self.method = method
        self.total = total
    }

    /// Counts one applied signal's attribution.
    public mutating func count(_ attribution: Decimal) {
        let value = WideDecimal(attribution)
        guard let total else {
            self.total = value
            return
        }
        switch method {
        case .first: break
        case .last: self.total = value
        case .min: self.total = Swift.min(total, value)
        case .max: self.total = Swift.max(total, value)
        case .sum: self.total = total + value
        }
    }

    /// What is billed: 1 when no signal carried an attribution (SPEC 6).
    public var quantity: WideDecimal { total ?? WideDecimal(.one) }
}
