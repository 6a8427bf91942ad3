// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Binds each line to all lines before it: a line ends in the SHA-256 of the line before's digest
/// (32 zero bytes before the first) and of its own bytes up to `,"digest":`.
///
/// So the seal signs one digest and with it the whole file, and a changed byte is found in its line.
struct LineChain {
    /// The digest of the last line.
    private(set) var digest = Digest.zero
    /// How many lines there have been.
    private(set) var count = 0

    static let ending: StaticString = ",\"digest\":\""
    /// The ending, 64 digits, a quote and a brace.
    static let endingByteCount = 11 + 2 * Digest.byteCount + 2

    /// Ends a line whose brace is still open; the line feed is the caller's.
    mutating func close(_ opened: [UInt8]) -> [UInt8] {
        digest = opened.withUnsafeBytes { Digest.sha256(digest, then: $0) }
        count += 1
        var line = opened
        Self.ending.withUTF8Buffer { line.append(contentsOf: $0) }
        line.append(contentsOf: digest.hex.utf8)
        line.append(contentsOf: "\"}".utf8)
        return line
    }

    /// What stands between a line's beginning and its ending; nil when it does not end so.
    ///
    /// Whether the digest is right is told beside it. What the line says is what the next one is
    /// held against, so that one changed line is one line that is found.
    mutating func open(
        _ line: UnsafeBufferPointer<UInt8>
    ) -> (content: UnsafeBufferPointer<UInt8>, isRight: Bool)? {
        count += 1
        let end = line.count - Self.endingByteCount
        guard end > 0 else { return nil }
        let content = UnsafeBufferPointer(rebasing: line[..<end])
        var reader = LineReader(UnsafeBufferPointer(rebasing: line[end...]))
        guard reader.accept(Self.ending) else { return nil }
        let digits = UnsafeBufferPointer(rebasing: line[(end + 11)..<(line.count - 2)])
        guard let stated = Digest(digits: digits), line[line.count - 2] == 0x22,
            line[line.count - 1] == 0x7D
        else { return nil }
        let computed = Digest.sha256(digest, then: UnsafeRawBufferPointer(content))
        digest = stated
        return (content, stated == computed)
    }

    /// Counts a line that has no digest.
    mutating func skip() { count += 1 }

    /// What the seal signs.
    func sealText(log: String) -> String {
        "\(log)/evidence\nlines \(count)\nsha256 \(digest.hex)\n"
    }
}
