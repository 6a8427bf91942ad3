// SPDX-License-Identifier: Apache-2.0

import Evidence
import ExactValues
import SystemPackage

/// Bundles as files; what is here blocks, and is called where it may.
enum BundleFile {
    /// A file is read in parts of this size.
    private static let partBytes = 1_048_576

    /// Feeds a verifier with the lines of a file.
    ///
    /// - Returns: What was found, and how many bytes the file has.
    /// - Throws: `Errno` when it cannot be read.
    static func verify(
        _ path: String,
        by verifier: EvidenceVerifier
    ) throws -> (report: EvidenceReport, bytes: Int) {
        var verifier = verifier
        let file = try FileDescriptor.open(FilePath(path), .readOnly)
        return try file.closeAfter {
            var rest: [UInt8] = []
            var part = [UInt8](repeating: 0, count: partBytes)
            var bytes = 0
            while true {
                let count = try part.withUnsafeMutableBytes { try file.read(into: $0) }
                guard count > 0 else { break }
                bytes += count
                rest.append(contentsOf: part[..<count])
                takeLines(of: &rest, into: &verifier)
                guard rest.count <= EvidenceVerifier.limitLineBytes else { break }
            }
            let endsInLineFeed = rest.isEmpty
            if !endsInLineFeed {
                rest.withUnsafeBufferPointer { verifier.take($0) }
            }
            return (verifier.finish(endsInLineFeed: endsInLineFeed && bytes > 0), bytes)
        }
    }

    /// Takes the whole lines from the front of what has been read.
    private static func takeLines(of rest: inout [UInt8], into verifier: inout EvidenceVerifier) {
        var start = 0
        rest.withUnsafeBufferPointer { buffer in
            while let length = ByteRun.offset(
                of: 0x0A,
                in: UnsafeBufferPointer(rebasing: buffer[start...])
            ) {
                let end = start + length
                verifier.take(UnsafeBufferPointer(rebasing: buffer[start..<end]))
                start = end + 1
            }
        }
        rest.removeFirst(start)
    }
}
