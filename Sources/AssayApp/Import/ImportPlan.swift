// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// The events a file's rows become, in order of time; rows of one time keep the file's order.
struct ImportPlan: Sendable {
    /// Bodies for `POST /v1/events/batch`.
    private(set) var events: [JSONValue] = []
    /// Every customer that occurs, once, in order of first occurrence.
    private(set) var customers: [String] = []
    /// The time of the first row.
    private(set) var start: Timestamp?
    private let mapping: ImportMapping
    /// What the file is called in sentences.
    private let file: String
    private var firstRows: [String: [String: String]] = [:]
    private var lastNumbers: [String: [String: Decimal]] = [:]
    private var knownCustomers: Set<String> = []

    /// Plans an import.
    ///
    /// - Throws: `CommandFailure` that names the column which is missing, or the row which cannot be
    ///   read.
    init(table: ImportTable, mapping: ImportMapping) throws {
        try table.check(mapping)
        self.mapping = mapping
        file = table.name
        var timed: [(time: Timestamp, number: Int, row: [String: String])] = []
        for (index, row) in table.rows.enumerated() {
            let column = mapping.time.column
            guard let text = row[column], let time = Timestamp(text) else {
                throw CommandFailure(
                    "Row \(index + 1) of \(file) has '\(row[column] ?? "")' in column '\(column)'; it "
                        + "has to be a time in RFC 3339, such as 2026-01-31T09:00:00Z."
                )
            }
            timed.append((time, index + 1, row))
        }
        timed.sort { ($0.time, $0.number) < ($1.time, $1.number) }
        start = timed.first?.time
        for (time, number, row) in timed {
            try add(row, number: number, at: time)
        }
    }

    private mutating func add(_ row: [String: String], number: Int, at time: Timestamp) throws {
        let key = try required(mapping.key, in: row, number: number)
        let first = firstRows[key] ?? row
        firstRows[key] = first
        for (index, rise) in mapping.rises.enumerated()
        where try rises(rise.column, in: row, number: number, key: key) {
            append(
                try event(rise.action, key: key, row: row, first: first, number: number),
                at: time,
                idempotencyKey: "row-\(number)-rise-\(index)"
            )
        }
        let action = try required(mapping.action, in: row, number: number)
        var body = try event(action, key: key, row: row, first: first, number: number)
        body.append(("properties", try properties(of: row, number: number)))
        append(body, at: time, idempotencyKey: "row-\(number)")
    }

    private mutating func event(
        _ action: String,
        key: String,
        row: [String: String],
        first: [String: String],
        number: Int
    ) throws -> [(String, JSONValue)] {
        let customerRow = mapping.customer.from == .first ? first : row
        let customer = try required(mapping.customer, in: customerRow, number: number)
        if knownCustomers.insert(customer).inserted { customers.append(customer) }
        var body: [(String, JSONValue)] = [
            ("key", .string(Text(key))),
            ("action", .string(Text(action))),
            ("customer_key", .string(Text(customer))),
        ]
        if let column = mapping.agent {
            let agentRow = column.from == .first ? first : row
            if let agent = column.read(agentRow) {
                body.append(("agent_key", .string(Text(agent))))
            }
        }
        return body
    }

    private mutating func append(
        _ body: [(String, JSONValue)],
        at time: Timestamp,
        idempotencyKey: String
    ) {
        let more: [(String, JSONValue)] = [
            ("occurred_at", .string(Text(time.description))),
            ("idempotency_key", .string(Text(idempotencyKey))),
        ]
        events.append(.members(body + more))
    }

    private mutating func rises(
        _ column: String,
        in row: [String: String],
        number: Int,
        key: String
    ) throws -> Bool {
        guard let text = row[column], !text.isEmpty else { return false }
        let value = try decimal(text, in: column, number: number)
        defer { lastNumbers[key, default: [:]][column] = value }
        return value > lastNumbers[key]?[column] ?? .zero
    }

    private func properties(of row: [String: String], number: Int) throws -> JSONValue {
        var members: [(String, JSONValue)] = []
        if let value = mapping.value?.read(row) {
            members.append(("value", Decimal(value).map(JSONValue.number) ?? .string(Text(value))))
        }
        if let column = mapping.attribution, let text = column.read(row) {
            let attribution = try decimal(text, in: column.column, number: number)
            members.append(("attribution", .number(attribution)))
        }
        for column in mapping.metadata {
            guard let text = row[column], !text.isEmpty else { continue }
            members.append((column, .string(Text(text))))
        }
        return .members(members)
    }

    private func decimal(_ text: String, in column: String, number: Int) throws -> Decimal {
        guard let value = Decimal(text) else {
            throw CommandFailure(
                "Row \(number) of \(file) has '\(text)' in column '\(column)'; it has to be a number."
            )
        }
        return value
    }

    private func required(
        _ column: ImportMapping.Column,
        in row: [String: String],
        number: Int
    ) throws -> String {
        guard let text = column.read(row) else {
            throw CommandFailure(
                "Row \(number) of \(file) has nothing in column '\(column.column)'."
            )
        }
        return text
    }
}

extension ImportMapping.Column {
    /// What a row says in this column; nil when that is nothing.
    func read(_ row: [String: String]) -> String? {
        let raw = row[column] ?? ""
        let mapped = map[raw] ?? raw
        let formed = form == .slug ? mapped.slug : mapped
        guard formed.isEmpty else { return formed }
        return empty
    }
}

extension String {
    /// Lower-case ASCII letters and digits; every other run of characters becomes one underscore.
    var slug: String {
        var slug = ""
        for scalar in unicodeScalars {
            let lower = scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
            if ("a"..."z").contains(lower) || ("0"..."9").contains(lower) {
                slug.unicodeScalars.append(lower)
            } else if !slug.isEmpty, !slug.hasSuffix("_") {
                slug.append("_")
            }
        }
        return slug.hasSuffix("_") ? String(slug.dropLast()) : slug
    }
}
