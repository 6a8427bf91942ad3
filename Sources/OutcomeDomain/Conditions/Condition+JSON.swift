// SPDX-License-Identifier: Apache-2.0

public import ExactValues

extension Condition {
    /// Reads any of the accepted spellings (SPEC 5).
    ///
    /// - Parameters:
    ///   - json: A leaf, a list, `all`, `any`, `not`, or `op` with `conditions`.
    ///   - field: The path of the condition in what the client sent; errors start with it.
    /// - Throws: Every wrong field with its path, as in `condition.all[1].operator`.
    public init(json: JSONValue, field: String = "condition") throws(ValidationFailure) {
        var parser = ConditionParser(root: field)
        let parsed = parser.condition(json, at: field, depth: 1)
        guard let parsed, parser.errors.isEmpty else {
            throw ValidationFailure(parser.errors)
        }
        self = parsed
    }
}

/// One reading of a condition: the errors and the leaves so far.
private struct ConditionParser {
    let root: String
    private(set) var errors: [FieldError] = []
    private var leafCount = 0

    init(root: String) { self.root = root }

    /// Nil exactly when there is at least one error in it, or the limit of leaves was passed.
    mutating func condition(_ json: JSONValue, at path: String, depth: Int) -> Condition? {
        guard depth <= Condition.depthLimitNodes else {
            return fail(path, "is nested deeper than \(Condition.depthLimitNodes) levels")
        }
        switch json {
        case .array(let items):
            return list(items, at: path, depth: depth).map(Condition.all)
        case .object(let object):
            return node(object, at: path, depth: depth)
        case .null, .bool, .number, .string:
            guard countLeaf() else { return nil }
            return fail(path, "must be an object or a list")
        }
    }

    private mutating func fail<T>(_ path: String, _ message: String) -> T? {
        errors.append(FieldError(field: path, message: message))
        return nil
    }

    /// Counts a node without children; false when it is one too many, which is said once.
    private mutating func countLeaf() -> Bool {
        leafCount += 1
        guard leafCount == Condition.sizeLimitLeaves + 1 else {
            return leafCount <= Condition.sizeLimitLeaves
        }
        let message = "has more than \(Condition.sizeLimitLeaves) leaves"
        errors.append(FieldError(field: root, message: message))
        return false
    }
}

// MARK: Nodes

extension ConditionParser {
    /// The spellings of a node and the members that tell them.
    private enum Shape: CaseIterable {
        case leaf
        case all
        case any
        case not
        case op

        var members: [Text] {
            switch self {
            case .leaf: ["fact", "operator", "value"]
            case .all: ["all"]
            case .any: ["any"]
            case .not: ["not"]
            case .op: ["op", "conditions"]
            }
        }

        /// The spellings that `object` has members of, null counted as absent (SPEC 2, Values);
        /// where all are null, those they would be.
        static func found(in object: JSONObject) -> [Shape] {
            let given = allCases.filter { shape in
                shape.members.contains { object.given($0) != nil }
            }
            guard given.isEmpty else { return given }
            return allCases.filter { shape in
                shape.members.contains { object[$0] != nil }
            }
        }
    }

    private static let shapes =
        "must be a list or an object with fact and operator, with all, any or not, "
        + "or with op and conditions"

    private mutating func node(
        _ object: JSONObject,
        at path: String,
        depth: Int
    ) -> Condition? {
        let shapes = Shape.found(in: object)
        guard let shape = shapes.first, shapes.count == 1 else {
            guard countLeaf() else { return nil }
            return fail(path, Self.shapes)
        }
        let known = Shape.allCases.flatMap(\.members)
        for member in object.members where !known.contains(member.name) {
            errors.append(
                FieldError(field: "\(path).\(member.name)", message: "is not a known field")
            )
        }
        switch shape {
        case .leaf:
            return leaf(object, at: path)
        case .all:
            return children(of: object, named: "all", at: path, depth: depth)
                .map(Condition.all)
        case .any:
            return children(of: object, named: "any", at: path, depth: depth, atLeast: 1)
                .map(Condition.any)
        case .not:
            guard let json = object.given("not") else {
                return fail("\(path).not", "is required")
            }
            return condition(json, at: "\(path).not", depth: depth + 1).map(Condition.not)
        case .op:
            return operation(object, at: path, depth: depth)
        }
    }

    /// `{"op":"AND"|"OR"|"NOT","conditions":[..]}`.
    private mutating func operation(
        _ object: JSONObject,
        at path: String,
        depth: Int
    ) -> Condition? {
        switch object.given("op") {
        case .string("AND"):
            return children(of: object, named: "conditions", at: path, depth: depth)
                .map(Condition.all)
        case .string("OR"):
            return children(of: object, named: "conditions", at: path, depth: depth, atLeast: 1)
                .map(Condition.any)
        case .string("NOT"):
            let children = children(
                of: object,
                named: "conditions",
                at: path,
                depth: depth,
                atLeast: 1,
                atMost: 1
            )
            return children?.first.map(Condition.not)
        case nil:
            errors.append(FieldError(field: "\(path).op", message: "is required"))
        default:
            errors.append(FieldError(field: "\(path).op", message: "must be AND, OR or NOT"))
        }
        _ = children(of: object, named: "conditions", at: path, depth: depth)
        return nil
    }

    private mutating func children(
        of object: JSONObject,
        named name: Text,
        at path: String,
        depth: Int,
        atLeast minimum: Int = 0,
        atMost maximum: Int = .max
    ) -> [Condition]? {
        let path = "\(path).\(name)"
        guard let json = object.given(name) else { return fail(path, "is required") }
        guard case .array(let items) = json else { return fail(path, "must be a list") }
        let parsed = list(items, at: path, depth: depth)
        if minimum == 1, maximum == 1, items.count != 1 {
            return fail(path, "must hold exactly one condition")
        }
        guard items.count >= minimum else {
            return fail(path, "must hold at least one condition")
        }
        return parsed
    }

    private mutating func list(
        _ items: [JSONValue],
        at path: String,
        depth: Int
    ) -> [Condition]? {
        if items.isEmpty {
            guard countLeaf() else { return nil }
        }
        var parsed: [Condition] = []
        for (index, item) in items.enumerated() {
            guard leafCount <= Condition.sizeLimitLeaves else { return nil }
            let child = condition(item, at: "\(path)[\(index)]", depth: depth + 1)
            if let child { parsed.append(child) }
        }
        return parsed.count == items.count ? parsed : nil
    }
}

// MARK: Leaves

extension ConditionParser {
    private mutating func leaf(_ object: JSONObject, at path: String) -> Condition? {
        guard countLeaf() else { return nil }
        let fact = fact(object, at: path)
        guard let found = conditionOperator(object, at: path) else { return nil }
        let operand = operand(of: found, object, at: path)
        guard let fact, let operand else { return nil }
        return ConditionLeaf(fact: fact, operator: found, operand: operand)
            .map(Condition.leaf)
    }

    private mutating func fact(_ object: JSONObject, at path: String) -> Action? {
        guard let json = object.given("fact") else { return fail("\(path).fact", "is required") }
        guard case .string(let text) = json, let action = Action(text) else {
            return fail("\(path).fact", "must be a string of 1 to 255 characters")
        }
        return action
    }

    private mutating func conditionOperator(
        _ object: JSONObject,
        at path: String
    ) -> ConditionOperator? {
        guard let json = object.given("operator") else {
            return fail("\(path).operator", "is required")
        }
        guard case .string(let text) = json, let found = ConditionOperator(spelling: text) else {
            let names = ConditionOperator.allCases.map(\.rawValue).joined(separator: ", ")
            return fail("\(path).operator", "must be one of \(names)")
        }
        return found
    }

    private mutating func operand(
        of found: ConditionOperator,
        _ object: JSONObject,
        at path: String
    ) -> ConditionOperand? {
        let path = "\(path).value"
        let json = object.given("value")
        switch (found.operandKind, json) {
        case (.nothing, nil):
            return ConditionOperand.none
        case (.nothing, _):
            return fail(path, "is not taken by \(found.rawValue)")
        case (_, nil):
            return fail(path, "is required by \(found.rawValue)")
        case (.count, .number(let count)) where count.isInteger && !count.isNegative:
            return .count(count)
        case (.count, _):
            return fail(path, "must be an integer of at least 0")
        case (.number, .number(let number)):
            return .number(number)
        case (.number, _):
            return fail(path, "must be a number")
        case (.value, .string(let text)):
            return .value(.string(text))
        case (.value, .number(let number)):
            return .value(.number(number))
        case (.value, .bool(let bool)):
            return .value(.boolean(bool))
        case (.value, _):
            return fail(path, "must be a string, a number or a boolean")
        }
    }
}

extension JSONObject {
    /// A member's value; nil when it is absent or null, which is the same (SPEC 2, Values).
    func given(_ name: Text) -> JSONValue? {
        guard let value = self[name], value != .null else { return nil }
        return value
    }
}
