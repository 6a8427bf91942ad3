// SPDX-License-Identifier: Apache-2.0

import EventStore
import GRDB
import Synchronization

/// Moves the write-ahead log into its file beside the writer, so that commits do not wait for it.
///
/// It has a connection and a thread of its own: a passive checkpoint holds nobody up. But the log
/// starts again from its beginning only when all of it is moved, which a busy writer never leaves it
/// time for. So the writer itself moves the last few pages, after its commit.
final class Checkpointer: Sendable {
    /// What a writer does after a commit.
    enum Advice: Equatable {
        case nothing
        /// Most of the log is to be moved beside the writer.
        case moveAside
        /// The writer moves what is left.
        case finish
        /// The writer moves what is left and waits for readers, so that the log can start again.
        case restart
    }

    private let gauge: WALGauge
    private let queue: DatabaseQueue
    private let progress = Mutex(CheckpointProgress())

    /// Opens a connection of its own to the file, which exists.
    init(path: String, label: String, prepareWriter: String, gauge: WALGauge) throws {
        var configuration = Configuration()
        configuration.label = label + "-checkpoint"
        configuration.busyMode = .timeout(SQLiteStore.busyTimeoutSeconds)
        configuration.prepareDatabase { try $0.execute(sql: prepareWriter) }
        self.gauge = gauge
        queue = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// To be called by the writer after each commit; `failed` is told on another thread.
    ///
    /// - Throws: What SQLite says of the pages that the writer moves.
    func committed(
        _ database: Database,
        failed: @escaping @Sendable (any Error) -> Void
    ) throws {
        switch progress.withLock({ $0.advice(length: gauge.pages) }) {
        case .nothing:
            break
        case .moveAside:
            queue.asyncWriteWithoutTransaction { [self] database in
                var moved = 0
                do {
                    moved = try database.checkpoint(.passive).checkpointedFrameCount
                } catch {
                    failed(error)
                }
                progress.withLock { $0.movedAside(moved) }
            }
        case .finish:
            try database.checkpoint(.passive)
        case .restart:
            try database.checkpoint(.restart)
        }
    }

    /// Waits for what is being moved and closes the connection.
    func close() throws { try queue.close() }
}

/// When which part of a write-ahead log is moved; all numbers are pages.
struct CheckpointProgress {
    /// The log is moved from this length on: 16 MiB with pages of 4 KiB.
    static let startPages = 4_000
    /// So few are moved by the writer itself: 4 MiB.
    static let finishPages = 1_000
    /// From this length on the writer moves everything, when it is faster than what is beside it.
    static let finishAllPages = 16_000
    /// From this length on, readers are waited for so that the log can start again: 512 MiB.
    static let restartPages = 128_000

    private var length = 0
    private var moved = 0
    private var threshold = CheckpointProgress.startPages
    private var isMoving = false

    /// What to do after a commit that left the log at `length`.
    mutating func advice(length: Int) -> Checkpointer.Advice {
        if length < self.length {
            // The log has started again.
            moved = 0
            threshold = Self.startPages
        }
        self.length = length
        guard length >= threshold, !isMoving else { return .nothing }
        let isNearlyMoved = moved > 0 && length - moved <= Self.finishPages
        guard isNearlyMoved || length >= threshold + Self.finishAllPages - Self.startPages else {
            isMoving = true
            return .moveAside
        }
        // A log that readers keep from starting again is tried again after as much growth.
        threshold = length + Self.startPages
        moved = length
        return length >= Self.restartPages ? .restart : .finish
    }

    /// So much of the log is in the file.
    mutating func movedAside(_ pages: Int) {
        isMoving = false
        // More than there is: of a log that has started again meanwhile.
        moved = pages <= length ? pages : 0
    }
}
