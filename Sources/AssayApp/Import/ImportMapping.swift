// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Foundation

/// Says which column of a file is what.
///
/// A small JSON file; see docs/import.md.
struct ImportMapping: Sendable {
    /// The outcome key.
    let key: Column
    /// When it happened, RFC 3339: drives the sandbox's clock.
    let time: Column
    /// What happened.
    let action: Column
    /// Whose outcome it is.
    let customer: Column
    /// Which agent did the work, if the file says.
    let agent: Column?
    /// What conditions read: a number where it is one, else a string.
    let value: Column?
    /// What billing reads.
    let attribution: Column?
    /// Further columns, kept as metadata.
    let metadata: [String]
    /// Numbers whose rise within a key is a signal of its own, before the row's.
    let rises: [Rise]
    /// What is put into the catalog first.
    let catalog: Catalog?

    /// A column and how it is read.
    struct Column: Sendable {
        let column: String
        /// `slug`: lower case, every other run of characters becomes one underscore.
        let form: Form?
        /// Texts that stand for others; applied before `form`.
        let map: [String: String]
        /// What an empty result becomes; without it an empty one is left out.
        let empty: String?
        /// `first`: every row of a key takes what the key's first row says.
        let from: From?
    }

    enum Form: String, CaseIterable, Sendable {
        case slug
        case plain
    }

    enum From: String, CaseIterable, Sendable {
        case row
        case first
    }

    struct Rise: Sendable {
        let column: String
        let action: String
    }

    /// Bodies as the HTTP API takes them, by key, in the order of the keys.
    struct Catalog: Sendable {
        let agents: [(name: String, value: JSONValue)]
        let rateCards: [(name: String, value: JSONValue)]
        /// The rate card that every customer found in the file is put with.
        let customersRateCard: String?
    }

    /// Every column the mapping names, with what for.
    var columns: [(column: String, use: String)] {
        let single: [(column: Column?, use: String)] = [
            (key, "key"), (time, "time"), (action, "action"), (customer, "customer"),
            (agent, "agent"), (value, "value"), (attribution, "attribution"),
        ]
        return single.compactMap { entry in entry.column.map { ($0.column, entry.use) } }
            + metadata.map { ($0, "metadata") } + rises.map { ($0.column, "rises") }
    }
}

// MARK: Reading

extension ImportMapping {
    /// Reads a mapping from a file.
    ///
    /// - Throws: `CommandFailure` that names the file, the member and what is wrong with it.
    static func read(_ path: String) throws(CommandFailure) -> ImportMapping {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("The mapping \(path) cannot be read.")
        }
        let json: JSONValue
        do {
            json = try JSONReader.read(Array(data))
        } catch {
            throw CommandFailure("The mapping \(path) is not JSON: \(error).")
        }
        do {
            return try ImportMapping(json: json)
        } catch {
            throw CommandFailure("The mapping \(path) is wrong: \(error); see docs/import.md.")
        }
    }

    init(json: JSONValue) throws(CommandFailure) {
        let reader = try MappingReader(
            json,
            known: [
                "key", "time", "action", "customer", "agent", "value", "attribution", "metadata",
                "rises", "catalog",
            ]
        )
        func column(_ name: Text) throws(CommandFailure) -> Column {
            try Column(json: reader.required(name), path: reader.field(name))
        }
        func optionalColumn(_ name: Text) throws(CommandFailure) -> Column? {
            guard let json = reader.value(name) else { return nil }
            return try Column(json: json, path: reader.field(name))
        }
        key = try column("key")
        time = try column("time")
        action = try column("action")
        customer = try column("customer")
        agent = try optionalColumn("agent")
        value = try optionalColumn("value")
        attribution = try optionalColumn("attribution")
        var metadata: [String] = []
        for (path, item) in try reader.list("metadata") {
            guard case .string(let name) = item else {
                throw CommandFailure("\(path) is not a text")
            }
            metadata.append(name.string)
        }
        self.metadata = metadata
        var rises: [Rise] = []
        for (path, item) in try reader.list("rises") {
            rises.append(try Rise(json: item, path: path))
        }
        self.rises = rises
        catalog = try reader.value("catalog").map { json throws(CommandFailure) in
            try Catalog(json: json)
        }
    }
}

extension ImportMapping.Column {
    fileprivate init(json: JSONValue, path: String) throws(CommandFailure) {
        let reader = try MappingReader(
            json,
            path: path,
            known: ["column", "map", "form", "empty", "from"]
        )
        column = try reader.requiredText("column")
        form = try reader.word("form")
        empty = try reader.text("empty")
        from = try reader.word("from")
        var map: [String: String] = [:]
        for (name, value) in try reader.members("map") {
            guard case .string(let text) = value else {
                throw CommandFailure("\(path).map: what '\(name)' becomes is not a text")
            }
            map[name] = text.string
        }
        self.map = map
    }
}

extension ImportMapping.Rise {
    fileprivate init(json: JSONValue, path: String) throws(CommandFailure) {
        let reader = try MappingReader(json, path: path, known: ["column", "action"])
        column = try reader.requiredText("column")
        action = try reader.requiredText("action")
    }
}

extension ImportMapping.Catalog {
    fileprivate init(json: JSONValue) throws(CommandFailure) {
        let reader = try MappingReader(
            json,
            path: "catalog",
            known: ["agents", "rate_cards", "customers_rate_card"]
        )
        agents = try reader.members("agents")
        rateCards = try reader.members("rate_cards")
        customersRateCard = try reader.text("customers_rate_card")
    }
}
