// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// `assay rebuild MODEL`: a read model is built anew by the server that serves it, while it serves.
public enum Rebuild {
    /// What is asked of a rebuild.
    public enum Order: String, CaseIterable, Sendable {
        /// Begin, and tell how it goes.
        case start
        /// Tell how it goes.
        case status
        /// Stop building until it is resumed.
        case pause
        /// Go on, and tell how it goes.
        case resume
        /// Make the rebuilt rows live though they differ.
        case swap
        /// Remove the copy that is not read.
        case drop
    }

    /// How often a command that follows a rebuild asks the server.
    static let pollInterval: Duration = .seconds(1)

    /// Gives an order, and follows a rebuild that goes on until it is through or stands still.
    ///
    /// The rebuild is the server's: ending this command leaves it running.
    /// - Parameters:
    ///   - model: `feed`, `ledger`, `dead-letters` or `journeys`.
    ///   - order: What to do.
    ///   - acceptsDifference: Has to be given with `swap`.
    ///   - follows: Whether to wait for the end.
    ///   - configuration: Names the store of the server.
    ///   - say: Takes each line.
    /// - Throws: `CommandFailure` when the server refuses, when nothing answers, and when the copies
    ///   differ or an event cannot be applied.
    public static func run(
        model: String,
        order: Order,
        acceptsDifference: Bool,
        follows: Bool,
        configuration: AssayConfiguration,
        say: (String) -> Void
    ) async throws {
        let client = try ControlClient(configuration)
        guard order == .swap || !acceptsDifference else {
            throw CommandFailure("--accept-difference belongs to swap.")
        }
        guard order != .swap || acceptsDifference else {
            throw CommandFailure(
                "Equal copies swap by themselves; to make rows live that differ, give "
                    + "--accept-difference."
            )
        }
        let word = order == .swap ? "swap-accepting-difference" : order.rawValue
        var status = RebuildLines(model, try await client.post("rebuild", model, word))
        let isFollowed = follows && [.start, .resume, .swap].contains(order)
        if !isFollowed {
            for line in status.lines { say(line) }
            return
        }
        var told = ""
        while status.isRunning {
            let line = status.progress
            if line != told { say(line) }
            told = line
            try await Task.sleep(for: pollInterval)
            status = RebuildLines(model, try await client.post("rebuild", model, "status"))
        }
        for line in status.lines { say(line) }
        if let complaint = status.complaint { throw CommandFailure(complaint) }
    }
}
