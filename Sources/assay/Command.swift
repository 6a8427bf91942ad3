// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp
import Foundation

/// What all commands share: plain lines on standard output, failures as one sentence on standard
/// error with exit status 1.
enum Command {
    /// Writes a line at once, also when standard output is a pipe or a file.
    static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    /// Writes a line on standard error.
    static func tell(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    /// Runs a command's work.
    static func run(_ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch let failure as CommandFailure {
            FileHandle.standardError.write(Data("assay: \(failure)\n".utf8))
            throw ExitCode(1)
        }
    }
}
