// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues

/// Who listens, and how far the log was followed for them.
///
/// A value machine: each change answers with those who are to be woken, outside the lock.
struct ChangesState {
    typealias ListenerID = UInt64
    typealias Wakes = [AsyncStream<Void>.Continuation]

    private let limits: ChangeLimits
    /// How far the log was followed; means nothing while nobody listens.
    private var places: [Partition: LogPosition] = [:]
    private var listeners: [ListenerID: ListenerState] = [:]
    private var accounts: [AccountID: Set<ListenerID>] = [:]
    private var nextListener: ListenerID = 0
    /// Whether the log is followed at all.
    private var isOpen = false

    init(limits: ChangeLimits) { self.limits = limits }

    var listenerCount: Int { listeners.count }
}

// MARK: Listening

extension ChangesState {
    /// From now on there is somebody who follows the log.
    mutating func open() { isOpen = true }

    /// There is nobody any more; who listens is told.
    mutating func close() -> Wakes {
        isOpen = false
        return everybody
    }

    /// Registers a listener, who is told of everything after the place that is answered.
    ///
    /// `checkpoints`: How far the read model has got; with the first listener the log is followed
    /// from there.
    mutating func listen(
        to account: AccountID,
        in partitions: [Partition],
        since cursor: ChangeCursor?,
        checkpoints: [Partition: LogPosition],
        wakes: AsyncStream<Void>.Continuation
    ) throws(ChangesRefusal) -> (id: ListenerID, place: ChangeCursor) {
        guard isOpen else { throw .notReady }
        guard listeners.count < limits.listeners,
            accounts[account]?.count ?? 0 < limits.accountListeners
        else { throw .full }
        if listeners.isEmpty { places = checkpoints }
        let place = self.cursor(in: partitions)
        let isAhead = cursor?.places.contains { $0.value > places[$0.key] ?? .start } ?? false
        let id = nextListener
        nextListener += 1
        listeners[id] = ListenerState(
            account: account,
            floor: isAhead ? cursor : nil,
            limit: limits.waitingKeys,
            wakes: wakes
        )
        accounts[account, default: []].insert(id)
        return (id, place)
    }

    mutating func leave(_ id: ListenerID) {
        guard let listener = listeners.removeValue(forKey: id) else { return }
        accounts[listener.account]?.remove(id)
        if accounts[listener.account]?.isEmpty ?? false { accounts[listener.account] = nil }
    }

    /// What a listener says it was told of elsewhere is not so.
    mutating func forgetFloor(of id: ListenerID) { listeners[id]?.floor = nil }

    /// What waits for a listener, and how far it has been told with that.
    mutating func take(_ id: ListenerID, in partitions: [Partition]) -> ChangeListener.News {
        let place = self.cursor(in: partitions)
        guard var listener = listeners.removeValue(forKey: id) else { return ([], place, false) }
        let (keys, isBeat) = listener.take()
        listeners[id] = listener
        return (keys, listener.floor.map(place.furthest) ?? place, isBeat)
    }

    private func cursor(in partitions: [Partition]) -> ChangeCursor {
        var wanted: [Partition: LogPosition] = [:]
        wanted.reserveCapacity(partitions.count)
        for partition in partitions {
            wanted[partition] = places[partition] ?? .start
        }
        return ChangeCursor(places: wanted)
    }

    /// A sign of life is due for everybody.
    mutating func beat() -> Wakes {
        for id in listeners.keys {
            listeners[id]?.beat()
        }
        return everybody
    }

    private var everybody: Wakes { listeners.values.map(\.wakes) }
}

// MARK: Following

extension ChangesState {
    /// How far a partition was followed; nil while nobody listens.
    func place(in partition: Partition) -> LogPosition? {
        listeners.isEmpty ? nil : places[partition] ?? .start
    }

    /// Takes in what a partition's log has after `start`.
    ///
    /// What was read from another place than the one that was got to is dropped: everybody had left
    /// meanwhile.
    mutating func follow(
        _ facts: [LoggedFact],
        in partition: Partition,
        after start: LogPosition
    ) -> Wakes {
        guard let last = facts.last, place(in: partition) == start else { return [] }
        places[partition] = last.position
        var woken: Set<ListenerID> = []
        for fact in facts where fact.stream.kind == .outcome {
            guard let ids = accounts[fact.stream.account] else { continue }
            for id in ids {
                let isNews = listeners[id]?
                    .note(fact.stream.key, at: fact.position, in: partition)
                if isNews ?? false { woken.insert(id) }
            }
        }
        return woken.compactMap { listeners[$0]?.wakes }
    }

    /// Passes over what cannot be told one by one: everybody has to read their lists again.
    mutating func jump(
        in partition: Partition,
        from start: LogPosition,
        to end: LogPosition
    ) -> Wakes {
        guard place(in: partition) == start else { return [] }
        places[partition] = end
        for id in listeners.keys {
            listeners[id]?.overrun()
        }
        return everybody
    }
}
