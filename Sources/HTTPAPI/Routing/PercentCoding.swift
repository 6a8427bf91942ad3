// SPDX-License-Identifier: Apache-2.0

package import ExactValues

/// Percent-encoding (RFC 3986) of whole path segments and query values.
package enum PercentCoding {
    /// Decodes; nil when an escape is broken or the bytes are not UTF-8.
    ///
    /// `plusIsSpace` is how forms write queries; in a path a plus is a plus.
    package static func decode(
        _ encoded: some Collection<UInt8>,
        plusIsSpace: Bool = false
    ) -> Text? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encoded.count)
        var iterator = encoded.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case 0x25:
                guard let high = iterator.next().flatMap(value),
                    let low = iterator.next().flatMap(value)
                else { return nil }
                bytes.append(high << 4 | low)
            case 0x2B where plusIsSpace: bytes.append(0x20)
            default: bytes.append(byte)
            }
        }
        return Text(utf8: bytes)
    }

    /// Encodes all but the unreserved characters, so that any text is one path segment.
    package static func encode(_ text: Text) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes.append(0x25)
                bytes.append(digit(byte >> 4))
                bytes.append(digit(byte & 15))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x37 + value
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
}
