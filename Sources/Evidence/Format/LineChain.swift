// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Binds each line to all lines before it: a line ends in the SHA-256 of the line before's digest
/// (32 zero bytes before the first) and of its own bytes up to `,"digest":`.
///
/// So the seal signs one digest and with it the whole file, and a changed byte is found in its line.
struct LineChain {
    /// The digest of the last line.
    private(set) var digest: Digest
    /// How many lines there have been.
    private(set) var count: Int

    static let ending: StaticString = ",\"digest\":\""
    /// The ending, 64 digits, a quote and a brace.
    static let endingByteCount = 11 + 2 * Digest.byteCount + 2

    /// Begins before the first line, or goes on after another one.
    init(digest: Digest = .zero, count: Int = 0) {
        self.digest = digest
        self.count = count
    }

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
        guard let stated = Self.stated(by: line) else { return nil }
        let end = line.count - Self.endingByteCount
        let content = UnsafeBufferPointer(rebasing: line[..<end])
        let computed = Digest.sha256(digest, then: UnsafeRawBufferPointer(content))
        digest = stated
        return (content, stated == computed)
    }

    /// The digest that a line says it has; nil when it does not end in one.
    static func stated(by line: UnsafeBufferPointer<UInt8>) -> Digest? {
        let end = line.count - endingByteCount
        guard end > 0 else { return nil }
        var reader = LineReader(UnsafeBufferPointer(rebasing: line[end...]))
        guard reader.accept(ending), line[line.count - 2] == 0x22, line[line.count - 1] == 0x7D
        else { return nil }
        return Digest(digits: UnsafeBufferPointer(rebasing: line[(end + 11)..<(line.count - 2)]))
    }

    /// Counts a line that has no digest.
    mutating func skip() { count += 1 }

    /// What the seal signs.
    func sealText(log: String) -> String {
        "\(log)/evidence\nlines \(count)\nsha256 \(digest.hex)\n"
    }
}
