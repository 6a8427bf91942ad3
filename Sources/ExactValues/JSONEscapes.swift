// SPDX-License-Identifier: Apache-2.0

/// Which bytes of a string JSON cannot write as they are: quote, backslash, controls below U+0020.
enum JSONEscapes {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// Whether the byte has to be escaped.
    @inline(__always)
    static func isNeeded(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x22 || byte == 0x5C
    }

    /// Zero when none of eight bytes has to be escaped; otherwise its lowest bit set lies in the
    /// first byte, counted from the lowest, that has to be.
    @inline(__always)
    static func mask(_ word: UInt64) -> UInt64 {
        // A byte borrows from its neighbour only when it was itself found, so the first one that
        // is found is always right, and those above it do not matter.
        let controls = (word &- ones &* 0x20) & ~word
        let quotes = word ^ (ones &* 0x22)
        let slashes = word ^ (ones &* 0x5C)
        let found = controls | ((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes)
        return found & tops
    }

    /// Appends what stands for a byte that has to be escaped: the shortest form there is.
    static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(0x5C)
        switch byte {
        case 0x08: bytes.append(0x62)
        case 0x09: bytes.append(0x74)
        case 0x0A: bytes.append(0x6E)
        case 0x0C: bytes.append(0x66)
        case 0x0D: bytes.append(0x72)
        case 0x22, 0x5C: bytes.append(byte)
        default:
            bytes.append(contentsOf: [0x75, 0x30, 0x30])
            bytes.append(Hex.digit(byte >> 4))
            bytes.append(Hex.digit(byte & 15))
        }
    }
}
