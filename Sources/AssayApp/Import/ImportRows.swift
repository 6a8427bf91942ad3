// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Foundation
import SwiftCSV

/// The rows of a file, each a set of named texts, in the file's order.
enum ImportRows {
    /// Reads CSV with a header line, or NDJSON (by the ending `.ndjson` or `.jsonl`).
    static func read(_ path: String) throws -> [[String: String]] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("The file \(path) cannot be read.")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandFailure("The file \(path) is not UTF-8.")
        }
        if path.hasSuffix(".ndjson") || path.hasSuffix(".jsonl") { return try lines(text) }
        do {
            return try CSV<Named>(string: text).rows
        } catch {
            throw CommandFailure("The file \(path) is not CSV with a header line: \(error)")
        }
    }

    private static func lines(_ text: String) throws -> [[String: String]] {
        try text.split(whereSeparator: \.isNewline).enumerated().map { index, line in
            let value: JSONValue
            do {
                value = try JSONReader.read(Array(line.utf8))
            } catch {
                throw CommandFailure("Line \(index + 1) is not JSON: \(error)")
            }
            guard case .object(let object) = value else {
                throw CommandFailure("Line \(index + 1) is not a JSON object.")
            }
            var row: [String: String] = [:]
            for member in object.members {
                row[member.name.string] = member.value.plainText
            }
            return row
        }
    }
}

extension JSONValue {
    fileprivate var plainText: String {
        switch self {
        case .string(let text): text.string
        case .null: ""
        default: String(decoding: canonicalBytes, as: UTF8.self)
        }
    }
}
