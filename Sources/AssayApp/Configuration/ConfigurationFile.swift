// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Foundation

/// What a configuration file may hold; anything else is refused, so that a typo shows.
enum ConfigurationFile {
    /// What the value of a setting has to be.
    enum Kind {
        case text
        case number
        case share
        case flag
    }

    /// Every setting there is.
    static let settings: [(name: String, kind: Kind)] = [
        ("store", .text), ("views", .text), ("host", .text), ("port", .number),
        ("public.url", .text), ("trusted.proxies", .number), ("node", .text),
        ("lease.seconds", .number), ("postgres.connections", .number), ("lanes", .number),
        ("partitions", .number), ("log.level", .text), ("log.json", .flag),
        ("accept.clock", .flag), ("active.limit.outcomes", .number),
        ("batch.limit.records", .number), ("backlog.limit.records", .number),
        ("checkpoint.interval.events", .number), ("checkpoint.interval.seconds", .number),
        ("signing.key", .text), ("internal.api.key", .text), ("internal.api.account", .text),
        ("otlp.endpoint", .text), ("otlp.queue.limit.spans", .number),
        ("otlp.sample.ratio", .share),
    ]

    /// Looks whether a file holds settings and nothing else.
    ///
    /// - Throws: `CommandFailure` that names the file and the first setting that is wrong.
    static func check(_ path: String) throws(CommandFailure) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("The configuration file \(path) cannot be read.")
        }
        let json: JSONValue
        do {
            json = try JSONReader.read(Array(data))
        } catch {
            throw CommandFailure("The configuration file \(path) is not JSON: \(error).")
        }
        guard case .object(let object) = json else {
            throw CommandFailure("The configuration file \(path) is not a JSON object.")
        }
        for (name, value) in flat(object, path: "") {
            if let problem = problem(with: name, value) {
                throw CommandFailure("The configuration file \(path) sets '\(name)', \(problem).")
            }
        }
    }

    /// The settings of a file; in a name a point is a level.
    private static func flat(_ object: JSONObject, path: String) -> [(String, JSONValue)] {
        object.members.flatMap { member -> [(String, JSONValue)] in
            let name = path + member.name.string
            guard case .object(let inner) = member.value else { return [(name, member.value)] }
            return flat(inner, path: name + ".")
        }
    }

    private static func problem(with name: String, _ value: JSONValue) -> String? {
        guard let kind = settings.first(where: { $0.name == name })?.kind else {
            return "which is not known; there are "
                + settings.map(\.name).joined(separator: ", ")
        }
        return switch (kind, value) {
        case (.text, .string), (.flag, .bool), (.share, .number): nil
        case (.number, .number(let number)) where number.isInteger: nil
        case (.text, _): "which has to be a text"
        case (.number, _): "which has to be a whole number"
        case (.share, _): "which has to be a number from 0 to 1"
        case (.flag, _): "which has to be true or false"
        }
    }
}
