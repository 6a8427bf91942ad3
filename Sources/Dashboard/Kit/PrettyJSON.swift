// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// JSON with line breaks, for people who read and write it.
enum PrettyJSON {
    /// A condition's canonical form, indented by two.
    static func text(_ condition: Condition) -> String {
        String(decoding: indented(condition.canonicalBytes), as: UTF8.self)
    }

    /// JSON without white space, with it.
    static func indented(_ compact: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        var depth = 0
        var isInString = false
        var isEscaped = false
        for (index, byte) in compact.enumerated() {
            if isInString {
                bytes.append(byte)
                isInString = isEscaped || byte != 0x22
                isEscaped = !isEscaped && byte == 0x5C
                continue
            }
            let following = index + 1 < compact.count ? compact[index + 1] : 0
            switch byte {
            case 0x22:
                isInString = true
                bytes.append(byte)
            case 0x7B, 0x5B:
                bytes.append(byte)
                depth += 1
                // Nothing inside stays on its line.
                if following != 0x7D, following != 0x5D { breakLine(depth, &bytes) }
            case 0x7D, 0x5D:
                depth -= 1
                let previous = index > 0 ? compact[index - 1] : 0
                if previous != 0x7B, previous != 0x5B { breakLine(depth, &bytes) }
                bytes.append(byte)
            case 0x2C:
                bytes.append(byte)
                breakLine(depth, &bytes)
            case 0x3A: bytes += [byte, 0x20]
            default: bytes.append(byte)
            }
        }
        return bytes
    }

    private static func breakLine(_ depth: Int, _ bytes: inout [UInt8]) {
        bytes.append(0x0A)
        bytes += [UInt8](repeating: 0x20, count: 2 * depth)
    }
}
