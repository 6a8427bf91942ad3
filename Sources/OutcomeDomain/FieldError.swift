// SPDX-License-Identifier: Apache-2.0

/// One wrong field of something a client sent (SPEC 3: one `details` entry per wrong field).
public struct FieldError: Hashable, Sendable {
    /// The field as a path: `contract.condition.all[1].operator`.
    public let field: String
    /// What is wrong with it, safe for the client to read.
    public let message: String

    /// Names a field and what is wrong with it.
    public init(field: String, message: String) {
        self.field = field
        self.message = message
    }
}

/// What a client sent breaks one or more rules; nothing was changed.
public struct ValidationFailure: Error, Hashable, Sendable {
    /// Every wrong field, in the order found; never empty.
    public let details: [FieldError]

    /// Collects the wrong fields.
    public init(_ details: [FieldError]) { self.details = details }

    /// One wrong field.
    public init(field: String, message: String) {
        details = [FieldError(field: field, message: message)]
    }
}
