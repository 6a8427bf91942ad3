// SPDX-License-Identifier: Apache-2.0

/// A node of the cluster: one process, from its start to its end.
public struct NodeInstance: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number it has drawn for itself.
    public let value: Int64

    /// Names a node.
    public init(_ value: Int64) { self.value = value }

    /// A node that nobody has heard of.
    public static func random() -> NodeInstance { NodeInstance(.random(in: .min ... .max)) }

    /// Sixteen hexadecimal digits.
    public var description: String {
        let digits = String(UInt64(bitPattern: value), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// By number.
    public static func < (left: NodeInstance, right: NodeInstance) -> Bool {
        left.value < right.value
    }
}
