// SPDX-License-Identifier: Apache-2.0

/// A member of a schema, as one row of a table.
struct SchemaRow: Sendable {
    /// How deep it lies, from 0.
    let level: Int
    let name: String
    let type: String
    let isRequired: Bool
    let about: [Paragraph]

    /// Deepest level that is shown, and most rows of one schema.
    private static let (limitLevels, limitRows) = (4, 120)
    /// What a row tells besides its type, in this order.
    private static let bounds = [
        ("minimum", "at least"), ("maximum", "at most"), ("minLength", "characters, at least"),
        ("maxLength", "characters, at most"), ("minItems", "items, at least"),
        ("maxItems", "items, at most"), ("pattern", "pattern"), ("default", "default"),
    ]

    /// The rows of a schema: its members, and theirs.
    static func all(of schema: OpenAPINode) -> [SchemaRow] {
        var rows: [SchemaRow] = []
        add(schema, level: 0, within: [], &rows)
        return rows
    }

    private static func add(
        _ schema: OpenAPINode,
        level: Int,
        within names: [String],
        _ rows: inout [SchemaRow]
    ) {
        // A schema that contains itself is told once.
        if let name = schema.name, names.contains(name) { return }
        let names = names + (schema.name.map { [$0] } ?? [])
        guard level <= limitLevels else { return }
        let required = Set((schema["required"]?.items ?? []).compactMap(\.text))
        for (name, member) in schema["properties"]?.members ?? [] {
            guard rows.count < limitRows else { return }
            rows.append(
                SchemaRow(
                    level: level,
                    name: name,
                    type: typeName(member),
                    isRequired: required.contains(name),
                    about: Paragraph.all(member["description"]?.text)
                )
            )
            add(member, level: level + 1, within: names, &rows)
        }
        if let items = schema["items"] { add(items, level: level, within: names, &rows) }
        for kind in ["allOf", "oneOf", "anyOf"] {
            for part in schema[kind]?.items ?? [] {
                add(part, level: level, within: names, &rows)
            }
        }
    }

    /// A schema's type in words: `array of string`, `"OPEN" or "PENDING"`, `integer (at least 1)`.
    static func typeName(_ schema: OpenAPINode) -> String {
        var words: String
        if let constant = schema["const"] {
            words = String(decoding: constant.json, as: UTF8.self)
        } else if let choices = schema["enum"]?.items {
            words = choices.map { String(decoding: $0.json, as: UTF8.self) }.joined(
                separator: " or "
            )
        } else if let items = schema["items"] {
            words = "array of " + typeName(items)
        } else if let type = schema["type"] {
            let types = type.text.map { [$0] } ?? type.items.compactMap(\.text)
            words = types.joined(separator: " or ")
        } else {
            words = schema.name ?? "any"
        }
        if let format = schema["format"]?.text { words += ", \(format)" }
        let told = bounds.compactMap { key, phrase in
            schema[key].map { "\(phrase) \($0.text ?? "")" }
        }
        return told.isEmpty ? words : words + " (\(told.joined(separator: "; ")))"
    }
}
