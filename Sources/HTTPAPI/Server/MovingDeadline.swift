// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// One deadline that is set and moved with every request, on a timer that seldom has to be.
///
/// Only on its event loop.
final class MovingDeadline<Reason> {
    private let eventLoop: any EventLoop
    private let passed: (Reason) -> Void
    private var due: (at: NIODeadline, reason: Reason)?
    private var timer: (at: NIODeadline, task: Scheduled<Void>)?

    /// `passed` is told when the deadline has passed.
    init(on eventLoop: any EventLoop, passed: @escaping (Reason) -> Void) {
        self.eventLoop = eventLoop
        self.passed = passed
    }

    /// Whether something has to come in time.
    var isSet: Bool { due != nil }

    /// In so many seconds from now, in place of what was set before.
    func set(seconds: Int, _ reason: Reason) {
        let at = NIODeadline.now() + .seconds(Int64(seconds))
        due = (at, reason)
        // A timer that is set for earlier finds out by itself what it has to wait for.
        if let timer, timer.at <= at { return }
        schedule(at)
    }

    /// Nothing has to come in time.
    func clear() { due = nil }

    /// Clears it for good.
    func cancel() {
        due = nil
        timer?.task.cancel()
        timer = nil
    }

    private func schedule(_ at: NIODeadline) {
        timer?.task.cancel()
        let task = eventLoop.assumeIsolated().scheduleTask(deadline: at) { self.fired() }
        timer = (at, task)
    }

    private func fired() {
        timer = nil
        guard let due else { return }
        guard due.at <= .now() else { return schedule(due.at) }
        self.due = nil
        passed(due.reason)
    }
}
