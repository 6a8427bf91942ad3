// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import OutcomeDomain

/// What is wrong with the fields of a form, to be shown beside each of them.
struct FormProblems: Sendable {
    private(set) var all: [FieldError] = []

    init() {}

    /// Takes what something was refused for.
    ///
    /// - Throws: The error itself when it is about no field.
    init(_ error: any Error) throws {
        let known = APIError(error)
        guard known.code == .validationError else { throw error }
        all = known.details
    }

    var isEmpty: Bool { all.isEmpty }

    /// The status of the page that shows them.
    var status: Int { all.isEmpty ? 200 : 400 }

    mutating func add(_ field: String, _ message: String) {
        all.append(FieldError(field: field, message: message))
    }

    /// What is wrong with one field; nil when nothing is.
    subscript(_ field: String) -> String? {
        let messages = all.filter { $0.field == field }.map(\.message)
        return messages.isEmpty ? nil : messages.joined(separator: "; ")
    }

    /// What is about no field of these.
    func others(than fields: [String]) -> [String] {
        all.filter { !fields.contains($0.field) }.map { "\($0.field) \($0.message)" }
    }
}

/// A text field of a form, as `field.mustache` shows it.
struct FormField: Sendable {
    /// The name it is sent under, and its id.
    let name: String
    let label: String
    let value: String
    let type: String
    let hint: String?
    let problem: String?
    let isRequired: Bool
    /// What the value of `autocomplete` is.
    let completion: String

    init(
        _ name: String,
        _ label: String,
        value: String,
        type: String = "text",
        hint: String? = nil,
        problem: String? = nil,
        isRequired: Bool = true,
        completion: String = "off"
    ) {
        self.name = name
        self.label = label
        self.value = value
        self.type = type
        self.hint = hint
        self.problem = problem
        self.isRequired = isRequired
        self.completion = completion
    }
}
