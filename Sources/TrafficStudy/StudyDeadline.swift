// SPDX-License-Identifier: Apache-2.0

/// Until when a study may go on.
struct StudyDeadline: Sendable {
    private let seconds: Int
    private let instant: ContinuousClock.Instant

    /// So many seconds from now.
    init(seconds: Int) {
        self.seconds = seconds
        instant = ContinuousClock.now + .seconds(seconds)
    }

    /// Whether the study is to stop.
    var isOver: Bool { Task.isCancelled || ContinuousClock.now >= instant }

    /// Looks whether the study is to stop.
    ///
    /// - Throws: `CancellationError`, `StudyError.tookTooLong`.
    func check() throws {
        try Task.checkCancellation()
        guard ContinuousClock.now < instant else { throw StudyError.tookTooLong(seconds: seconds) }
    }
}
