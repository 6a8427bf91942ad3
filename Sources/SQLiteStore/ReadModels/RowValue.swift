// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// A column's value, ordered as SQLite orders values.
enum RowValue: Hashable, Comparable {
    case null
    case integer(Int64)
    case text([UInt8])
    case blob([UInt8])

    static func < (left: RowValue, right: RowValue) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left < right
        case (.text(let left), .text(let right)), (.blob(let left), .blob(let right)):
            left.lexicographicallyPrecedes(right)
        default: left.rank < right.rank
        }
    }

    private var rank: Int {
        switch self {
        case .null: 0
        case .integer: 1
        case .text: 2
        case .blob: 3
        }
    }

    /// Appends the one form in which the value is hashed: its kind, its length, its bytes.
    func append(to bytes: inout [UInt8]) {
        bytes.append(UInt8(rank))
        switch self {
        case .null: return
        case .integer(let number): bytes.append(bigEndian: number)
        case .text(let value), .blob(let value):
            bytes.append(bigEndian: UInt64(value.count))
            bytes.append(contentsOf: value)
        }
    }

    /// At most so many bytes are shown.
    private static let shownLimitBytes = 80

    /// For a person: a blob that is text as such, else in hexadecimal digits.
    var shown: String {
        switch self {
        case .null: return "nothing"
        case .integer(let number): return String(number)
        case .text(let bytes), .blob(let bytes):
            let part = Array(bytes.prefix(Self.shownLimitBytes))
            let rest = bytes.count > part.count ? "..." : ""
            let isPlain = part.allSatisfy { (0x20..<0x7F).contains($0) }
            return (isPlain ? String(decoding: part, as: UTF8.self) : Hex.encode(part)) + rest
        }
    }
}
