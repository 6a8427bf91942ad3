// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Whole lines of a bundle, with where each ends and what its first bytes say it is.
///
/// Found once, where the bytes are read: whoever cuts them and whoever checks them need both.
public struct BundleLines: Sendable {
    /// The lines, each with its line feed.
    let bytes: [UInt8]
    /// Where each line ends, behind its line feed.
    private let ends: [Int]
    private let sections: [BundleSection?]

    /// Looks for the lines in these bytes; what stands behind the last line feed is none.
    public init(_ bytes: [UInt8]) {
        var ends: [Int] = []
        var sections: [BundleSection?] = []
        bytes.withUnsafeBufferPointer { buffer in
            var start = 0
            while let length = ByteRun.offset(
                of: 0x0A,
                in: UnsafeBufferPointer(rebasing: buffer[start...])
            ) {
                let end = start + length
                sections.append(
                    BundleSection(of: UnsafeBufferPointer(rebasing: buffer[start..<end]))
                )
                start = end + 1
                ends.append(start)
            }
        }
        self.bytes = bytes
        self.ends = ends
        self.sections = sections
    }

    /// How many lines there are.
    var count: Int { ends.count }

    /// What a line is; nil when it is none of the format.
    func section(_ index: Int) -> BundleSection? { sections[index] }

    /// How many bytes these lines have.
    func byteCount(_ lines: Range<Int>) -> Int {
        lines.isEmpty ? 0 : ends[lines.upperBound - 1] - start(of: lines.lowerBound)
    }

    /// Runs `body` on a line without its line feed.
    func withLine<Value>(
        _ index: Int,
        _ body: (UnsafeBufferPointer<UInt8>) -> Value
    ) -> Value {
        bytes.withUnsafeBufferPointer { buffer in
            body(UnsafeBufferPointer(rebasing: buffer[start(of: index)..<(ends[index] - 1)]))
        }
    }

    private func start(of index: Int) -> Int { index == 0 ? 0 : ends[index - 1] }
}
