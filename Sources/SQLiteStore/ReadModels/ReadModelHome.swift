// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Where a read model's rows are at the moment: the file of its live copy.
///
/// A reader takes the file it finds and keeps to it, so that it sees one copy or the other and never
/// some of both. A writer holds the turnstile, and so does who puts another copy in the place.
final class ReadModelHome: Sendable {
    private let current: Mutex<ReadModelFile>
    private let turnstile = Turnstile()

    init(_ file: ReadModelFile) {
        current = Mutex(file)
    }

    /// The live copy.
    var file: ReadModelFile { current.withLock { $0 } }

    /// Waits for its turn to write; `endWriting` has to follow.
    func beginWriting() async -> ReadModelFile {
        await turnstile.enter()
        return file
    }

    func endWriting() { turnstile.leave() }

    /// Another copy takes the place; only between `beginWriting` and `endWriting`.
    func move(to file: ReadModelFile) {
        current.withLock { $0 = file }
    }
}
