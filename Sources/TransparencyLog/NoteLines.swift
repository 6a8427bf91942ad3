// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// The lines of a note's text, each of which has one spelling only.
enum NoteLines {
    /// The lines of a text that ends in a newline, without their newlines; nil unless there are just
    /// so many.
    static func split(_ text: String, count: Int) -> [String]? {
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        guard lines.count == count + 1, lines.last?.isEmpty == true else { return nil }
        return lines.dropLast().map { String(decoding: Array($0), as: UTF8.self) }
    }

    /// A decimal number without a sign and without zeros in front.
    static func number(_ text: String) -> Int64? {
        guard let number = Int64(text), number >= 0, String(number).utf8.elementsEqual(text.utf8)
        else { return nil }
        return number
    }

    /// A word, a space and an instant in the form that answers have: six digits and a Z.
    static func instant(_ line: String, after word: String) -> Timestamp? {
        let prefix = word + " "
        guard line.utf8.starts(with: prefix.utf8) else { return nil }
        let text = String(decoding: Array(line.utf8.dropFirst(prefix.utf8.count)), as: UTF8.self)
        guard let instant = Timestamp(text), instant.description.utf8.elementsEqual(text.utf8)
        else { return nil }
        return instant
    }
}
