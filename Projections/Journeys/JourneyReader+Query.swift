// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import EventSchema
public import EventStore
public import ExactValues
import OutcomeDomain
public import ProjectionKit

extension JourneyReader {
    /// Events are read in pages of this many.
    static let pageLimitEvents = 256
    /// At most this many blocks of the index in one call.
    static let blocksLimit = 1_000

    /// A page of an account's journeys, in the order of the log: by partition and place, those of a
    /// posting in the order of the outcome's stream.
    ///
    /// At most `PageLimits.examinedLimitRows` events are examined in one call. So a page may be
    /// short, or empty, and have a next one. The cursor has to be one of `.journeys`.
    /// - Parameters:
    ///   - account: Whose journeys.
    ///   - query: What they are asked for by.
    ///   - limit: At most this many; held to 1...`PageLimits.maximumRows`.
    ///   - cursor: Where the page begins; nil for the beginning.
    /// - Returns: The page.
    /// - Throws: `.unavailable` while the index is being built anew.
    public func journeys(
        of account: AccountID,
        _ query: JourneyQuery,
        limit: Int,
        after cursor: PageCursor?
    ) async throws(StoreError) -> Page<Journey> {
        let limit = min(max(limit, 1), PageLimits.maximumRows)
        let found: FoundEvents
        switch query {
        case .request(let id):
            found = try await events(
                marked: .request(id, account: account),
                of: account,
                limit,
                after: cursor
            ) { $0.passage?.request == id }
        case .trace(let id):
            found = try await events(
                marked: .trace(id, account: account),
                of: account,
                limit,
                after: cursor
            ) { $0.trace.flatMap(TraceID.init(traceParent:)) == id }
        case .idempotencyKey(let key, on: let outcome?):
            found = try await events(claiming: key, on: outcome, of: account)
        case .idempotencyKey(let key, on: nil):
            found = try await events(
                marked: .idempotencyKey(key, account: account),
                of: account,
                limit,
                after: cursor
            ) { $0.arrivedIdempotencyKey == key }
        case .posting(let id):
            found = try await events(bookedBy: id, of: account, limit, after: cursor)
        }
        var journeys: [Journey] = []
        for id in found.ids {
            if let journey = try await journey(of: id, account: account) {
                journeys.append(journey)
            }
        }
        let next = found.next.map { tie in
            PageCursor(list: .journeys, account: account, time: .earliest, tie: tie)
        }
        return Page(elements: journeys, next: next)
    }
}

/// The events of a page, and where the next one begins.
struct FoundEvents {
    private(set) var ids: [EventID] = []
    var next: [UInt8]?
    private var seen: Set<EventID> = []

    /// Takes an event; false when it is a new one and the page is full.
    mutating func add(_ id: EventID, limit: Int) -> Bool {
        guard !seen.contains(id) else { return true }
        guard ids.count < limit else { return false }
        seen.insert(id)
        ids.append(id)
        return true
    }
}

// MARK: By mark

extension JourneyReader {
    private func events(
        marked mark: JourneyMark,
        of account: AccountID,
        _ limit: Int,
        after cursor: PageCursor?,
        isWanted: (RecordedFact) -> Bool
    ) async throws(StoreError) -> FoundEvents {
        let start = cursor.flatMap { PartitionPlace(tie: $0.tie) }
        let blocks = try await blocks(of: mark, after: start)
        var found = FoundEvents()
        var examined = 0
        for block in blocks {
            var place = PartitionPlace(partition: block.partition, position: block.start)
            if let start, start.partition == block.partition, start.position > place.position {
                place = start
            }
            let events = try await log.events(
                in: block.partition,
                after: place.position,
                limit: Int(block.end.value - place.position.value)
            )
            for event in events
            where event.stream.account == account && event.stream.kind == .outcome {
                let recorded = try recorded(event)
                // An opening goes with the signal that it is for, which has a fact of its own.
                if case .opened = recorded.fact.event { continue }
                guard let id = event.eventID, isWanted(recorded) else { continue }
                guard found.add(id, limit: limit) else {
                    found.next = event.placeBefore.tie
                    return found
                }
            }
            examined += events.count
            if examined >= PageLimits.examinedLimitRows {
                found.next = PartitionPlace(partition: block.partition, position: block.end).tie
                return found
            }
        }
        if blocks.count == Self.blocksLimit, let last = blocks.last {
            found.next = PartitionPlace(partition: last.partition, position: last.end).tie
        }
        return found
    }
}

// MARK: By claim, by posting

extension JourneyReader {
    /// The event that holds an idempotency key of an outcome, in either partition the key may be in.
    private func events(
        claiming key: Text,
        on outcome: OutcomeKey,
        of account: AccountID
    ) async throws(StoreError) -> FoundEvents {
        let scope = ClaimMark(
            IdempotencyClaim.scope(of: key, on: outcome.text, account: account)
        )
        var found = FoundEvents()
        for partition in partitions(of: outcome, account) {
            let claims = try await log.claims(in: partition, after: scope.before, limit: 1)
            for claim in claims where claim.scope == scope {
                _ = found.add(claim.receipt.eventID, limit: 1)
            }
        }
        return found
    }

    /// A live account's keys are spread, a sandbox is wholly in one partition: nothing here tells
    /// which it is.
    private func partitions(of key: OutcomeKey, _ account: AccountID) -> Set<Partition> {
        let fingerprint = Partitioning.fingerprint(account: account, key: key.text)
        return [
            log.partitioning.partition(fingerprint: fingerprint),
            log.partitioning.partition(sandbox: account),
        ]
    }

    private func events(
        bookedBy id: PostingID,
        of account: AccountID,
        _ limit: Int,
        after cursor: PageCursor?
    ) async throws(StoreError) -> FoundEvents {
        var found = FoundEvents()
        guard let posting = try await posting(id, account) else { return found }
        let stream = StreamID.outcome(account, posting.key.text)
        var version = cursor.flatMap { Int(tie: $0.tie) } ?? 0
        var examined = 0
        while true {
            let events = try await log.events(
                in: posting.source.partition,
                of: stream,
                after: version,
                limit: Self.pageLimitEvents,
                limitBytes: PageSize.limitBytes
            )
            for event in events {
                if case .signalApplied(let applied) = try recorded(event).fact.event,
                    !found.add(applied.signal.eventID, limit: limit)
                {
                    found.next = version.tie
                    return found
                }
                version = event.version
            }
            examined += events.count
            guard !events.isEmpty else { return found }
            if examined >= PageLimits.examinedLimitRows {
                found.next = version.tie
                return found
            }
        }
    }
}

// MARK: Cursors

extension StoredEvent {
    fileprivate var placeBefore: PartitionPlace {
        PartitionPlace(partition: partition, position: LogPosition(position.value - 1))
    }
}

extension PartitionPlace {
    /// The partition (2 bytes) and the position (8 bytes).
    fileprivate var tie: [UInt8] {
        var tie: [UInt8] = []
        tie.append(bigEndian: UInt16(clamping: partition.number))
        tie.append(bigEndian: position.value)
        return tie
    }

    fileprivate init?(tie: [UInt8]) {
        guard tie.count == 10 else { return nil }
        let number = Int(tie[0]) << 8 | Int(tie[1])
        let position = Int64(bitPattern: tie.bigEndian64(at: 2))
        self.init(partition: Partition(number), position: LogPosition(position))
    }
}

extension Int {
    fileprivate var tie: [UInt8] {
        var tie: [UInt8] = []
        tie.append(bigEndian: Int64(self))
        return tie
    }

    fileprivate init?(tie: [UInt8]) {
        guard tie.count == 8 else { return nil }
        self.init(exactly: Int64(bitPattern: tie.bigEndian64(at: 0)))
    }
}
