// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Logging

/// One log event, ready to be written in either form.
struct LogLine {
    private static let lineFeed: UInt8 = 0x0A
    private static let space: UInt8 = 0x20
    /// The members of a JSON line that metadata may not take the place of.
    private static let ownMembers: Set<String> = ["time", "level", "logger", "message"]

    let time: Timestamp
    let level: Logger.Level
    let logger: String
    let message: String
    let metadata: Logger.Metadata

    /// `TIME LEVEL LOGGER MESSAGE key=value key="a value"`, and a line feed.
    func textBytes() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        time.write(into: &bytes)
        for word in [level.rawValue, logger, LogRedaction.value(message)] {
            bytes.append(Self.space)
            bytes.append(contentsOf: Self.isOneLine(word) ? Array(word.utf8) : Self.quoted(word))
        }
        for (key, value) in flatMetadata() {
            bytes.append(Self.space)
            bytes.append(contentsOf: Self.isBare(key) ? Array(key.utf8) : Self.quoted(key))
            bytes.append(0x3D)
            bytes.append(contentsOf: Self.isBare(value) ? Array(value.utf8) : Self.quoted(value))
        }
        bytes.append(Self.lineFeed)
        return bytes
    }

    /// One JSON object, all values strings, and a line feed.
    func jsonBytes() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("time", time)
        writer.member("level", level.rawValue)
        writer.member("logger", logger)
        writer.member("message", LogRedaction.value(message))
        for (key, value) in flatMetadata() {
            writer.name(Text(Self.ownMembers.contains(key) ? "metadata.\(key)" : key))
            writer.string(value)
        }
        writer.endObject()
        return writer.bytes + [Self.lineFeed]
    }

    /// The metadata by key; what is nested becomes text, with the same things taken out.
    private func flatMetadata() -> [(key: String, value: String)] {
        metadata.sorted { $0.key < $1.key }.map { key, value in
            (key, LogRedaction.value(Self.text(of: value, key: key), key: key))
        }
    }

    private static func text(of value: Logger.MetadataValue, key: String) -> String {
        switch value {
        case .string(let string): string
        case .stringConvertible(let convertible): convertible.description
        case .array(let items):
            "[" + items.map { text(of: $0, key: key) }.joined(separator: ",") + "]"
        case .dictionary(let members):
            "{"
                + members.sorted { $0.key < $1.key }
                .map {
                    "\($0.key):" + LogRedaction.value(text(of: $0.value, key: $0.key), key: $0.key)
                }
                .joined(separator: ",") + "}"
        }
    }

    /// Whether a text can stand in a line as it is: no control characters.
    private static func isOneLine(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { !isControl($0) }
    }

    /// Whether a text can stand without quotes and still be told from its neighbours.
    private static func isBare(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                !isControl($0) && $0 != " " && $0 != "\"" && $0 != "=" && $0 != "\\"
            }
    }

    /// C0, DEL, C1 and the two line separators of Unicode.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            || scalar.value == 0x2028 || scalar.value == 0x2029
    }

    /// In quotes, with JSON's escapes, and the control characters JSON lets pass as `?`.
    private static func quoted(_ text: String) -> [UInt8] {
        let passable = String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { isControl($0) && $0.value > 0x1F ? "?" : $0 }
            )
        )
        var writer = JSONWriter(reserving: text.utf8.count + 2)
        writer.string(passable)
        return writer.bytes
    }
}
