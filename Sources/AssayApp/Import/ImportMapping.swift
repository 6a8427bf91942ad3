// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Says which column of a file is what.
///
/// A small JSON file; see docs/import.md.
struct ImportMapping: Decodable, Sendable {
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
    let metadata: [String]?
    /// Numbers whose rise within a key is a signal of its own, before the row's.
    let rises: [Rise]?
    /// What is put into the catalog first.
    let catalog: Catalog?

    /// A column and how it is read.
    struct Column: Decodable, Sendable {
        let column: String
        /// `slug`: lower case, every other run of characters becomes one underscore.
        let form: Form?
        /// Texts that stand for others; applied before `form`.
        let map: [String: String]?
        /// What an empty result becomes; without it an empty one is left out.
        let empty: String?
        /// `first`: every row of a key takes what the key's first row says.
        let from: From?
    }

    enum Form: String, Decodable, Sendable {
        case slug
        case plain
    }

    enum From: String, Decodable, Sendable {
        case row
        case first
    }

    struct Rise: Decodable, Sendable {
        let column: String
        let action: String
    }

    /// Bodies as the HTTP API takes them, by key.
    struct Catalog: Decodable, Sendable {
        let agents: [String: PlainJSON]?
        let rateCards: [String: PlainJSON]?
        /// The rate card that every customer found in the file is put with.
        let customersRateCard: String?

        enum CodingKeys: String, CodingKey {
            case agents
            case rateCards = "rate_cards"
            case customersRateCard = "customers_rate_card"
        }
    }

    enum CodingKeys: String, CodingKey {
        case key, time, action, customer, agent, value, attribution, metadata, rises, catalog
    }

    static func read(_ path: String) throws -> ImportMapping {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("The mapping \(path) cannot be read.")
        }
        do {
            return try JSONDecoder().decode(ImportMapping.self, from: data)
        } catch {
            throw CommandFailure(
                "The mapping \(path) is not of the form in docs/import.md: \(error)"
            )
        }
    }
}
