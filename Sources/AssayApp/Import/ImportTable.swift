// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Foundation
import SwiftCSV

/// The rows of a file, each a set of named texts, in the file's order.
struct ImportTable: Sendable {
    /// What the file is called in sentences.
    let name: String
    /// Every column, in the order of the header or of first occurrence.
    let columns: [String]
    let rows: [[String: String]]

    /// Endings of files that are read as NDJSON; every other is CSV.
    static let lineEndings = [".ndjson", ".jsonl"]
    /// At most this many columns are listed in a sentence.
    private static let shownLimitColumns = 40

    /// Reads CSV with a header line, or NDJSON by the file's ending.
    ///
    /// - Throws: `CommandFailure` that names the file, and the line where one is wrong.
    static func read(_ path: String) throws -> ImportTable {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("The file \(path) cannot be read.")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandFailure("The file \(path) is not UTF-8.")
        }
        if lineEndings.contains(where: path.lowercased().hasSuffix) {
            return try ImportTable(lines: text, of: path)
        }
        do {
            let csv = try CSV<Named>(string: text, loadColumns: false)
            return ImportTable(name: path, columns: csv.header, rows: csv.rows)
        } catch {
            throw CommandFailure(
                "The file \(path) is not CSV with a header line: a quotation mark stands where none "
                    + "may be, or does not end. A file of JSON lines has to end in .ndjson or .jsonl."
            )
        }
    }

    init(name: String, columns: [String], rows: [[String: String]]) {
        self.name = name
        self.columns = columns
        self.rows = rows
    }

    private init(lines text: String, of path: String) throws {
        var columns: [String] = []
        var known: Set<String> = []
        var rows: [[String: String]] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
            let place = "Line \(index + 1) of \(path)"
            let value: JSONValue
            do {
                value = try JSONReader.read(Array(line.utf8))
            } catch {
                throw CommandFailure("\(place) is not JSON: \(error).")
            }
            guard case .object(let object) = value else {
                throw CommandFailure("\(place) is not a JSON object.")
            }
            var row: [String: String] = [:]
            for member in object.members {
                let name = member.name.string
                if known.insert(name).inserted { columns.append(name) }
                row[name] = member.value.plainText
            }
            rows.append(row)
        }
        self.init(name: path, columns: columns, rows: rows)
    }

    /// Holds a mapping against the columns that are there.
    ///
    /// - Throws: `CommandFailure` that names the column which is missing, what it is for, and those
    ///   that are there.
    func check(_ mapping: ImportMapping) throws(CommandFailure) {
        // A file without rows may have no columns at all.
        guard !rows.isEmpty else { return }
        let known = Set(columns)
        for (column, use) in mapping.columns where !known.contains(column) {
            let shown = columns.prefix(Self.shownLimitColumns).joined(separator: ", ")
            let rest = columns.count > Self.shownLimitColumns ? ", ..." : ""
            throw CommandFailure(
                "The file \(name) has no column '\(column)', which the mapping takes for '\(use)'; "
                    + "its columns are \(shown)\(rest)."
            )
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
