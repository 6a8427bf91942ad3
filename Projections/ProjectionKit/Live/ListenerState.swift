// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// Who listens for an account's changes, and what waits for them.
struct ListenerState {
    let account: AccountID
    /// Told when something waits, and as a sign of life.
    let wakes: AsyncStream<Void>.Continuation
    /// Facts up to here were told elsewhere already, by a node that was further than this one.
    var floor: ChangeCursor?
    private let limit: Int
    /// The outcomes that have changed, with the number of their last change: only that is told.
    private var waiting: [Text: Int] = [:]
    private var changes = 0
    private var isOverrun = false
    /// Whether a sign of life is due.
    private var isBeatDue = false

    init(
        account: AccountID,
        floor: ChangeCursor?,
        limit: Int,
        wakes: AsyncStream<Void>.Continuation
    ) {
        self.account = account
        self.floor = floor
        self.limit = limit
        self.wakes = wakes
    }

    /// Takes a change in.
    ///
    /// - Returns: Whether there is anything new to tell.
    mutating func note(_ key: Text, at place: LogPosition, in partition: Partition) -> Bool {
        if let floor = floor?.places[partition], place <= floor { return false }
        guard !isOverrun else { return false }
        changes += 1
        waiting[key] = changes
        if waiting.count > limit { overrun() }
        return true
    }

    /// More has changed than can be told.
    mutating func overrun() {
        isOverrun = true
        waiting = [:]
    }

    /// A sign of life is due.
    mutating func beat() { isBeatDue = true }

    /// What waits, which then waits no more; nil stands for more than can be told.
    mutating func take() -> (keys: [Text]?, isBeat: Bool) {
        defer {
            waiting = [:]
            isOverrun = false
            isBeatDue = false
        }
        guard !isOverrun else { return (nil, isBeatDue) }
        return (waiting.sorted { $0.value < $1.value }.map(\.key), isBeatDue)
    }
}
