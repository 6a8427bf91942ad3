// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Yams

/// A node of the OpenAPI document; references are followed on the way.
struct OpenAPINode {
    private let root: Node
    private let node: Node
    /// What the node was referred to as; nil where it stands in its place.
    let name: String?

    /// The whole document.
    init(root: Node) {
        self.init(root, root)
    }

    private init(_ root: Node, _ node: Node) {
        self.root = root
        guard let reference = node.mapping?["$ref"]?.string else {
            self.node = node
            name = nil
            return
        }
        var target: Node? = root
        for part in reference.split(separator: "/").dropFirst() {
            target = target?.mapping?[String(part)]
        }
        self.node = target ?? node
        name = reference.split(separator: "/").last.map(String.init)
    }

    /// A member of a mapping.
    subscript(_ name: String) -> OpenAPINode? {
        node.mapping?[name].map { OpenAPINode(root, $0) }
    }

    /// The members of a mapping, in their order.
    var members: [(name: String, node: OpenAPINode)] {
        (node.mapping ?? [:]).compactMap { key, value in
            key.string.map { ($0, OpenAPINode(root, value)) }
        }
    }

    /// The items of a sequence.
    var items: [OpenAPINode] { (node.sequence ?? []).map { OpenAPINode(root, $0) } }

    /// A scalar as it is written.
    var text: String? { node.scalar?.string }

    /// The node as JSON.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.value(value)
        return writer.bytes
    }

    private var value: JSONValue {
        switch node {
        case .scalar(let scalar): Self.value(of: scalar)
        case .sequence: .array(items.map(\.value))
        default: .members(members.map { ($0.name, $0.node.value) })
        }
    }

    /// What a scalar says: only a plain one is anything but text (YAML 1.2, core schema).
    private static func value(of scalar: Node.Scalar) -> JSONValue {
        guard scalar.style == .plain || scalar.style == .any else {
            return .string(Text(scalar.string))
        }
        switch scalar.string {
        case "null", "~", "": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default: return Decimal(scalar.string).map { .number($0) } ?? .string(Text(scalar.string))
        }
    }
}
