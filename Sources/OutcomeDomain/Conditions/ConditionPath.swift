// SPDX-License-Identifier: Apache-2.0

/// Where a node stands in a condition, from the root down.
public struct ConditionPath: Hashable, Sendable {
    /// One step down.
    public enum Step: Hashable, Sendable {
        /// To a child of an `all`, from 0.
        case all(Int)
        /// To a child of an `any`, from 0.
        case any(Int)
        /// To the child of a `not`.
        case not
    }

    /// The steps; none for the root.
    public private(set) var steps: [Step]

    /// Takes the steps.
    public init(_ steps: [Step] = []) { self.steps = steps }

    /// Goes one step further down.
    public mutating func append(_ step: Step) { steps.append(step) }

    /// The path one step further down.
    public func appending(_ step: Step) -> ConditionPath { ConditionPath(steps + [step]) }

    /// A JSON pointer (RFC 6901) into the canonical form, such as `/all/1/not`; empty for the root.
    public var pointer: String {
        steps.map { step in
            switch step {
            case .all(let index): "/all/\(index)"
            case .any(let index): "/any/\(index)"
            case .not: "/not"
            }
        }.joined()
    }
}
