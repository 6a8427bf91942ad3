// SPDX-License-Identifier: Apache-2.0

/// Bytes as base 64 with the standard alphabet and padding (RFC 4648, section 4).
public enum Base64 {
    /// The text of bytes.
    public static func encode(_ bytes: [UInt8]) -> String {
        var text = Base64URL.encode(bytes).utf8.map { character -> UInt8 in
            switch character {
            case 0x2D: 0x2B
            case 0x5F: 0x2F
            default: character
            }
        }
        while !text.count.isMultiple(of: 4) { text.append(padding) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of a text; nil when `encode` would not have written exactly that text.
    public static func decode(_ text: String) -> [UInt8]? {
        let unpadded = text.utf8.prefix { $0 != padding }
        var other: [UInt8] = []
        other.reserveCapacity(unpadded.count)
        for character in unpadded {
            switch character {
            case 0x2D, 0x5F: return nil
            case 0x2B: other.append(0x2D)
            case 0x2F: other.append(0x5F)
            default: other.append(character)
            }
        }
        guard let bytes = Base64URL.decode(String(decoding: other, as: UTF8.self)),
            encode(bytes).utf8.elementsEqual(text.utf8)
        else { return nil }
        return bytes
    }

    private static let padding: UInt8 = 0x3D
}
