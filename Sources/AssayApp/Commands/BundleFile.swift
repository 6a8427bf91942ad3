// SPDX-License-Identifier: Apache-2.0

import Evidence
import ExactValues
import NIOPosix
import SystemPackage

/// Bundles as files.
enum BundleFile {
    /// A file is read in blocks of this size, whose streams are checked beside each other.
    private static let blockBytes = 4_194_304

    /// Feeds a verifier with the lines of a file.
    ///
    /// - Returns: What was found, and how many bytes the file has.
    /// - Throws: `Errno` when it cannot be read.
    static func verify(
        _ path: String,
        by verifier: EvidenceVerifier
    ) async throws -> (report: EvidenceReport, bytes: Int) {
        let file = try await blocking { try FileDescriptor.open(FilePath(path), .readOnly) }
        defer { try? file.close() }
        var verifier = verifier
        var block = try await blocking { try read(file, after: []) }
        var bytes = block.bytes
        while !block.isLast, block.rest.count <= EvidenceVerifier.limitLineBytes {
            let rest = block.rest
            async let next = blocking { try read(file, after: rest) }
            await verifier.take(lines: block.lines)
            block = try await next
            bytes += block.bytes
        }
        await verifier.take(lines: block.lines)
        if !block.rest.isEmpty { block.rest.withUnsafeBufferPointer { verifier.take($0) } }
        return (verifier.finish(endsInLineFeed: block.rest.isEmpty && bytes > 0), bytes)
    }

    /// What was read of a file at once.
    private struct Block: Sendable {
        let lines: BundleLines
        /// What was read of the line after them.
        let rest: [UInt8]
        /// How many bytes were read.
        let bytes: Int
        /// The file ends with it.
        let isLast: Bool
    }

    private static func read(_ file: FileDescriptor, after rest: [UInt8]) throws -> Block {
        var bytes = 0
        var isLast = false
        var lines = try [UInt8](unsafeUninitializedCapacity: rest.count + blockBytes) {
            (buffer, count) in
            count = buffer.update(fromContentsOf: rest)
            while count < buffer.count, !isLast {
                let free = UnsafeMutableRawBufferPointer(
                    UnsafeMutableBufferPointer(rebasing: buffer[count...])
                )
                let taken = try file.read(into: free)
                isLast = taken == 0
                bytes += taken
                count += taken
            }
        }
        let end = lines.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let rest = Array(lines[end...])
        lines.removeSubrange(end...)
        return Block(lines: BundleLines(lines), rest: rest, bytes: bytes, isLast: isLast)
    }

    private static func blocking<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await NIOThreadPool.singleton.runIfActive(work)
    }
}
