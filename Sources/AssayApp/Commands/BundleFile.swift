// SPDX-License-Identifier: Apache-2.0

import Evidence
import ExactValues
import NIOPosix
import SystemPackage

/// Bundles as files.
enum BundleFile {
    /// A file is read in blocks of this size, whose streams are checked beside each other.
    private static let blockBytes = 16_777_216

    /// Feeds a verifier with the lines of a file.
    ///
    /// - Returns: What was found, and how many bytes the file has.
    /// - Throws: `Errno` when it cannot be read.
    static func verify(
        _ path: String,
        by verifier: EvidenceVerifier
    ) async throws -> (report: EvidenceReport, bytes: Int) {
        var verifier = verifier
        var block = Block()
        var bytes = 0
        let file = try await blocking { try FileDescriptor.open(FilePath(path), .readOnly) }
        defer { try? file.close() }
        repeat {
            block = try await blocking { [rest = block.rest] in try read(file, after: rest) }
            bytes += block.bytes
            await verifier.take(lines: block.lines)
        } while !block.isLast && block.rest.count <= EvidenceVerifier.limitLineBytes
        if !block.rest.isEmpty { block.rest.withUnsafeBufferPointer { verifier.take($0) } }
        return (verifier.finish(endsInLineFeed: block.rest.isEmpty && bytes > 0), bytes)
    }

    /// What was read of a file at once.
    private struct Block: Sendable {
        /// Whole lines, each with its line feed.
        var lines: [UInt8] = []
        /// What was read of the line after them.
        var rest: [UInt8] = []
        /// How many bytes were read.
        var bytes = 0
        /// The file ends with it.
        var isLast = false
    }

    private static func read(_ file: FileDescriptor, after rest: [UInt8]) throws -> Block {
        var block = Block(lines: rest)
        block.lines.reserveCapacity(rest.count + blockBytes)
        var part = [UInt8](repeating: 0, count: 1_048_576)
        while block.bytes < blockBytes, !block.isLast {
            let count = try part.withUnsafeMutableBytes { try file.read(into: $0) }
            block.lines.append(contentsOf: part[..<count])
            block.bytes += count
            block.isLast = count == 0
        }
        let end = block.lines.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        block.rest = Array(block.lines[end...])
        block.lines.removeSubrange(end...)
        return block
    }

    private static func blocking<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await NIOThreadPool.singleton.runIfActive(work)
    }
}
