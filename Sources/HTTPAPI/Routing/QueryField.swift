// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// A query parameter: its name, what it has to be, and how it is read.
struct QueryField<Value>: Sendable {
    let name: String
    let requirement: String
    let read: @Sendable (Text) -> Value?

    init(
        _ name: String,
        _ requirement: String,
        _ read: @escaping @Sendable (Text) -> Value?
    ) {
        self.name = name
        self.requirement = requirement
        self.read = read
    }

    /// What a route asks of the parameter.
    var rule: QueryRule {
        let read = read
        return QueryRule(name: name, requirement: requirement) { read($0) != nil }
    }
}

/// What a route asks of a query parameter, whatever it is read as.
package struct QueryRule: Sendable {
    let name: String
    let requirement: String
    let isMet: @Sendable (Text) -> Bool
}
