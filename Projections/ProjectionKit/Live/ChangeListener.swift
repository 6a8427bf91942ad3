// SPDX-License-Identifier: Apache-2.0

import EventStore
public import ExactValues

/// Somebody who listens for the changes of one account's outcomes.
public final class ChangeListener: Sendable {
    /// An element when there may be something to take, and now and then as a sign of life; ends when
    /// nothing more will be told.
    ///
    /// One task at a time may wait on it.
    public let wakes: AsyncStream<Void>
    /// Everything after this place is told.
    public let place: ChangeCursor
    /// The partitions in which the account has outcomes.
    let partitions: [Partition]
    /// Whose changes they are.
    public let account: AccountID
    private let changes: OutcomeChanges
    let id: ChangesState.ListenerID

    init(
        _ changes: OutcomeChanges,
        _ id: ChangesState.ListenerID,
        account: AccountID,
        partitions: [Partition],
        place: ChangeCursor,
        wakes: AsyncStream<Void>
    ) {
        self.changes = changes
        self.id = id
        self.account = account
        self.partitions = partitions
        self.place = place
        self.wakes = wakes
    }

    /// What there is to tell.
    ///
    /// - `keys`: The outcomes that have changed since they were taken last, in the order of their
    ///   last change. Nil when more has changed than is kept: then the whole list has to be read
    ///   again. The read model shows all of it by now.
    /// - `place`: Where this leads to.
    /// - `isBeat`: Whether a sign of life is due, if nothing else is told.
    public typealias News = (keys: [Text]?, place: ChangeCursor, isBeat: Bool)

    /// What there is to tell since it was taken last.
    public func take() -> News {
        changes.take(id, in: partitions)
    }

    /// Listens no more.
    public func leave() { changes.leave(id) }
}
