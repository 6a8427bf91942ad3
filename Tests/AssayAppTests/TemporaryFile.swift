// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A file for one test, removed with the last reference.
final class TemporaryFile: Sendable {
    let path: String

    init(_ text: String, ending: String) throws {
        path =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("assay-\(UUID().uuidString)\(ending)").path
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
