// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import Yams

/// The OpenAPI document as the page `/docs` shows it: read once.
struct APIReference: Sendable {
    /// The calls that share a tag.
    struct Group: Sendable {
        let name: String
        let anchor: String
        let about: [Paragraph]
        let calls: [APIReferenceCall]
    }

    /// A code of an error.
    struct ErrorRow: Sendable {
        let code: String
        let status: String
        let about: [Paragraph]
    }

    let title: String
    let version: String
    let about: [Paragraph]
    let groups: [Group]
    let errors: [ErrorRow]

    /// That of the document in the binary, read when somebody asks for it first: a start is not
    /// slowed by it.
    static let whole = Result { try APIReference() }

    /// Reads the document.
    ///
    /// - Throws: What makes it no YAML; a test holds the document that is in the binary against it.
    init(yaml: String = OpenAPIDocument.text) throws {
        let document = OpenAPINode(root: try Yams.compose(yaml: yaml) ?? Node([(Node, Node)]()))
        title = document["info"]?["title"]?.text ?? "API"
        version = document["info"]?["version"]?.text ?? ""
        about = Paragraph.all(document["info"]?["description"]?.text)
        let calls = document["paths"]?.members.flatMap { path, item in
            item.members.compactMap { method, operation in
                APIReferenceCall(path: path, method: method, operation)
            }
        }
        groups = (document["tags"]?.items ?? []).map { tag in
            let name = tag["name"]?.text ?? ""
            return Group(
                name: name.prefix(1).uppercased() + name.dropFirst(),
                anchor: "tag-" + name.replacing(" ", with: "-"),
                about: Paragraph.all(tag["description"]?.text),
                calls: (calls ?? []).filter { $0.tag == name }
            )
        }
        errors = (document["components"]?["x-errors"]?.members ?? []).map { code, error in
            ErrorRow(
                code: code,
                status: error["status"]?.text ?? "",
                about: Paragraph.all(error["description"]?.text)
            )
        }
    }
}

/// One call of the API.
struct APIReferenceCall: Sendable {
    /// A parameter of a path, a query or a header.
    struct Parameter: Sendable {
        let name: String
        let place: String
        let type: String
        let isRequired: Bool
        let about: [Paragraph]
    }

    /// What is sent, or answered, in one media type.
    struct Content: Sendable {
        let mediaType: String
        let rows: [SchemaRow]
        let examples: [String]
    }

    /// An answer.
    struct Answer: Sendable {
        let status: String
        let about: [Paragraph]
        let contents: [Content]
    }

    let anchor: String
    let tag: String
    let method: String
    let path: String
    let summary: String
    let about: [Paragraph]
    let parameters: [Parameter]
    let contents: [Content]
    let answers: [Answer]
    /// Answers of which only the status is told: what they are stands under Errors.
    let failures: String
    let curl: String

    private static let methods = ["get", "post", "put", "delete", "patch"]

    /// Reads an operation; nil for what is none.
    init?(path: String, method: String, _ operation: OpenAPINode) {
        guard Self.methods.contains(method) else { return nil }
        anchor = operation["operationId"]?.text ?? method + path
        tag = operation["tags"]?.items.first?.text ?? ""
        self.method = method.uppercased()
        self.path = path
        summary = operation["summary"]?.text ?? ""
        about = Paragraph.all(operation["description"]?.text)
        parameters = (operation["parameters"]?.items ?? []).map { parameter in
            Parameter(
                name: parameter["name"]?.text ?? "",
                place: parameter["in"]?.text ?? "",
                type: parameter["schema"].map { SchemaRow.typeName($0) } ?? "",
                isRequired: parameter["required"]?.text == "true",
                about: Paragraph.all(parameter["description"]?.text)
            )
        }
        contents = Self.contents(operation["requestBody"])
        let answers = (operation["responses"]?.members ?? [])
        self.answers = answers.filter { $0.name.hasPrefix("2") }.map { status, answer in
            Answer(
                status: status,
                about: Paragraph.all(answer["description"]?.text),
                contents: Self.contents(answer)
            )
        }
        failures = answers.map(\.name).filter { !$0.hasPrefix("2") }.joined(separator: ", ")
        let isOpen = operation["security"].map { $0.items.isEmpty } ?? false
        var lines = ["curl"]
        if method != "get" { lines[0] += " -X \(self.method)" }
        if !isOpen { lines[0] += " -H \"Authorization: Bearer $ASSAY_TOKEN\"" }
        if let example = contents.first?.examples.first {
            lines.append("  -H \"Content-Type: application/json\"")
            lines.append("  --data " + Curl.quoted(example))
        }
        lines.append("  \"$ASSAY\(path)\"")
        curl = lines.joined(separator: " \\\n")
    }

    private static func contents(_ holder: OpenAPINode?) -> [Content] {
        (holder?["content"]?.members ?? []).map { mediaType, content in
            let named = (content["examples"]?.members ?? []).compactMap { $0.node["value"] }
            let examples = (content["example"].map { [$0] } ?? []) + named
            return Content(
                mediaType: mediaType,
                rows: content["schema"].map { SchemaRow.all(of: $0) } ?? [],
                examples: examples.map {
                    String(decoding: PrettyJSON.indented($0.json), as: UTF8.self)
                }
            )
        }
    }
}
