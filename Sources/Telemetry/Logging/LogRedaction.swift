// SPDX-License-Identifier: Apache-2.0

/// The last guard before a log line: no token, no payload, nothing without end.
///
/// Code does not log such things in the first place; this is for what libraries and error texts
/// bring along.
enum LogRedaction {
    static let replacement = "[redacted]"
    /// A longer value is cut, so that no payload gets into a log whole.
    static let valueLimitBytes = 1024
    private static let cutMark = "[cut]"

    /// Metadata whose values are never written, in lower case.
    private static let secretKeys: Set<String> = [
        "authorization", "body", "cookie", "password", "payload", "proxy-authorization", "secret",
        "set-cookie", "token",
    ]

    /// What our API tokens begin with.
    private static let tokenPrefix = Array("assay_".utf8)
    /// Names like those of metrics begin so too, but only a token goes on for so many bytes.
    private static let tokenMinimumBytes = 60

    /// The value as it may be written under a key.
    static func value(_ value: String, key: String) -> String {
        secretKeys.contains(key.lowercased()) ? replacement : self.value(value)
    }

    /// The text without tokens, and cut where it is too long.
    static func value(_ value: String) -> String {
        // A megabyte is not searched for tokens when a kilobyte of it is kept.
        let isLong = value.utf8.count > valueLimitBytes
        let kept = isLong ? Array(value.utf8.prefix(valueLimitBytes)) : Array(value.utf8)
        guard let clean = withoutTokens(kept, isCut: isLong) else {
            return isLong ? String(decoding: kept, as: UTF8.self) + cutMark : value
        }
        return String(decoding: clean, as: UTF8.self) + (isLong ? cutMark : "")
    }

    /// The bytes with each token replaced; nil when there is none.
    ///
    /// A run that reaches the cut may be the beginning of a token, so it counts as one.
    private static func withoutTokens(_ bytes: [UInt8], isCut: Bool) -> [UInt8]? {
        guard bytes.count >= tokenPrefix.count else { return nil }
        var clean: [UInt8]?
        var position = 0
        while position < bytes.count {
            guard bytes[position...].starts(with: tokenPrefix) else {
                clean?.append(bytes[position])
                position += 1
                continue
            }
            var end = position
            while end < bytes.count, isTokenByte(bytes[end]) { end += 1 }
            let isToken = end - position >= tokenMinimumBytes || (isCut && end == bytes.count)
            if isToken, clean == nil { clean = Array(bytes[..<position]) }
            clean?.append(
                contentsOf: isToken ? Array(replacement.utf8)[...] : bytes[position..<end]
            )
            position = end
        }
        return clean
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }
}
