// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOPosix
import SystemPackage

/// Where a bundle is written: a file that has its name only once it is whole, or standard output.
///
/// Used by one task.
final class BundleOutput {
    /// So much is gathered before it is written.
    private static let partLimitBytes = 1_048_576

    private let path: String?
    private let descriptor: FileDescriptor
    private var gathered: [UInt8] = []

    /// Opens the file beside its later name; nil is standard output.
    init(to path: String?) throws {
        self.path = path
        guard let path else {
            descriptor = .standardOutput
            return
        }
        descriptor = try FileDescriptor.open(
            FilePath(path + ".part"),
            .writeOnly,
            options: [.create, .truncate],
            permissions: [.ownerReadWrite, .groupRead, .otherRead]
        )
    }

    /// Adds bytes at the end.
    func write(_ bytes: [UInt8]) async throws {
        gathered += bytes
        guard gathered.count >= Self.partLimitBytes else { return }
        try await flush()
    }

    /// Writes what is left and gives the file its name.
    func finish() async throws {
        try await flush()
        guard let path else { return }
        let descriptor = descriptor
        try await NIOThreadPool.singleton.runIfActive {
            try descriptor.close()
            guard rename(path + ".part", path) == 0 else { throw Errno(rawValue: errno) }
        }
    }

    /// Removes what was written of a file.
    func giveUp() {
        guard let path else { return }
        try? descriptor.close()
        unlink(path + ".part")
    }

    private func flush() async throws {
        let part = gathered
        gathered = []
        let descriptor = descriptor
        try await NIOThreadPool.singleton.runIfActive {
            _ = try descriptor.writeAll(part)
        }
    }
}
