// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import StreamReview
import TransparencyLog

/// One partition of outcomes, walked in the order of its positions: places, hashes, the tree, every
/// stream's decisions, and what its accounts come to.
///
/// A value that is fed with pages; whoever feeds it puts the reviews back first of streams that come
/// again (`awayStreams`).
struct PartitionWalk: Sendable {
    let partition: Partition
    let partitioning: Partitioning
    private(set) var catalogs: [AccountID: Catalog]
    /// Accounts whose catalogs were renewed: reviews from before still hold the former one.
    private var renewed: Set<AccountID> = []
    /// Decisions of other accounts are not looked at; nil for all.
    let account: AccountID?

    /// The place of the last event.
    private(set) var position = LogPosition.start
    var tree = TreeWalk()
    private(set) var shelf: ReviewShelf
    private(set) var accounts: [AccountID: AccountTally] = [:]
    private(set) var events = 0
    /// The streams that begin here.
    private(set) var streams = SetMark()
    /// The claims that the signals' records must hold.
    private(set) var claims = SetMark()
    /// The latest record that has left a fact, and how many have.
    private(set) var lastRecord = IngestPosition.start
    private(set) var records = 0
    /// The latest times records were accepted at, by clock.
    private(set) var liveClock = Timestamp.earliest
    private(set) var testClocks: [AccountID: Timestamp] = [:]
    var findings = AuditFindings()
    /// The ids of keys that events are sealed with and in whose places there are others, each with an
    /// event.
    var otherKeys: [[UInt8]: AuditPlace] = [:]
    private var uses: Set<SealedUse> = []
    private var newUses: [(use: SealedUse, place: AuditPlace)] = []
    private let looksAtKeys: Bool
    private var strangers: Set<AccountID> = []
    private var scratch: [ReviewFinding] = []
    private var reader = OutcomeFactReader()

    init(
        _ partition: Partition,
        of partitioning: Partitioning,
        catalogs: [AccountID: Catalog],
        account: AccountID?,
        reviewLimitStreams: Int,
        looksAtKeys: Bool
    ) {
        self.looksAtKeys = looksAtKeys
        shelf = ReviewShelf(generationLimit: reviewLimitStreams)
        self.partition = partition
        self.partitioning = partitioning
        self.catalogs = catalogs
        self.account = account
    }

    /// The streams of a page that are on their way and whose reviews were put away.
    func awayStreams(in page: [StoredEvent]) -> [StreamID] {
        var away: [StreamID] = []
        var seen: Set<StreamID> = []
        for event in page
        where event.stream.kind == .outcome && isWanted(event.stream)
            && seen.insert(event.stream).inserted
        {
            if event.version > 1, !shelf.holds(event.stream) { away.append(event.stream) }
        }
        return away
    }

    /// Begins a stream anew, judged by its account's catalog.
    func review(of stream: StreamID) -> OutcomeReview {
        OutcomeReview(
            of: stream,
            by: catalogs[stream.account].map(ReviewBasis.catalog) ?? .recorded
        )
    }

    /// Catalogs have changed: what comes is judged by what they are now.
    mutating func renew(_ changed: [AccountID: Catalog]) {
        catalogs.merge(changed) { _, new in new }
        renewed.formUnion(changed.keys)
    }

    /// Puts a review back that has taken the stream up to `position`.
    mutating func restore(_ review: OutcomeReview) { shelf.put(review) }

    /// Takes the next events.
    mutating func take(_ page: [StoredEvent]) {
        for event in page { take(event) }
        for away in shelf.makeRoom() { finish(away) }
    }

    /// The keys that metadata is sealed with and that were not asked for before, each with the first
    /// event that names it.
    mutating func takeUses() -> [(use: SealedUse, place: AuditPlace)] {
        defer { newUses.removeAll(keepingCapacity: true) }
        return newUses
    }

    /// Whatever has to follow in the streams that are here has not.
    mutating func finishAll() {
        for review in shelf.all { finish(review) }
    }

    private mutating func finish(_ review: OutcomeReview) {
        var review = review
        review.finish(into: &scratch)
        flush()
    }

    private mutating func flush() {
        guard !scratch.isEmpty else { return }
        findings.add(scratch)
        scratch.removeAll(keepingCapacity: true)
    }

    /// Passes over places that cannot be read.
    mutating func skip(to place: LogPosition) {
        position = place
        tree.isWhole = false
    }
}

// MARK: One event

extension PartitionWalk {
    private mutating func take(_ event: StoredEvent) {
        checkPlace(event)
        position = event.position
        events += 1
        tree.append(event.hash)
        guard event.stream.kind != .catalog else {
            findings.add(
                AuditFinding("misplaced", at: AuditPlace(event), "a catalog's event lies here")
            )
            return
        }
        guard isWanted(event.stream) else {
            guard event.computedHash != event.hash else { return }
            findings.add(
                AuditFinding(
                    "hash_differs",
                    at: AuditPlace(event),
                    "the hash is not that of the stored bytes"
                )
            )
            return
        }
        if event.version == 1 { begin(event) }
        guard event.stream.kind == .outcome else { return takeValue(event) }
        var before = (outstanding: 0, isSettled: false)
        var after = before
        var fact: RecordedFact?
        let scratchStart = scratch.count
        let renewed = renewed.contains(event.stream.account) ? catalogs[event.stream.account] : nil
        let isHere = shelf.update(event.stream) { review in
            if let renewed { review.judge(by: renewed) }
            before = review.standing
            fact = review.take(event, by: &reader, into: &scratch)
            after = review.standing
        }
        if !isHere {
            var review = review(of: event.stream)
            fact = review.take(event, by: &reader, into: &scratch)
            after = review.standing
            shelf.put(review)
        }
        if scratch.count > scratchStart { flush() }
        guard let fact else { return }
        count(fact, outstanding: after.outstanding - before.outstanding)
    }

    private func isWanted(_ stream: StreamID) -> Bool {
        account == nil || stream.account == account
    }

    private mutating func checkPlace(_ event: StoredEvent) {
        guard event.position != position.next else { return }
        tree.isWhole = false
        if event.position > position {
            noteGap(before: event.position)
        } else {
            findings.add(
                AuditFinding("position_twice", at: AuditPlace(event), "a place that is taken")
            )
        }
    }

    /// What lies between the last event and this place is not there.
    mutating func noteGap(before place: LogPosition) {
        let (first, last) = (position.value + 1, place.value - 1)
        let what =
            first == last ? "there is no event" : "there are no events from here to \(last)"
        findings.add(
            AuditFinding(
                "position_gap",
                at: AuditPlace(partition: partition, position: LogPosition(first)),
                what
            )
        )
        tree.isWhole = false
    }

    /// A stream begins: it must lie where its key leads.
    private mutating func begin(_ event: StoredEvent) {
        streams.add(event.stream.markBytes)
        if event.stream.kind == .outcome { shelf.put(review(of: event.stream)) }
        let account = event.stream.account
        guard let catalog = catalogs[account] else {
            guard strangers.insert(account).inserted else { return }
            findings.add(
                AuditFinding(
                    "unknown_account",
                    at: AuditPlace(event),
                    "an event of an account that has no catalog"
                )
            )
            return
        }
        let home =
            catalog.isSandbox
            ? partitioning.partition(sandbox: account)
            : partitioning.partition(fingerprint: UInt64(bitPattern: event.stream.fingerprint))
        if home != partition {
            findings.add(
                AuditFinding("misplaced", at: AuditPlace(event), "belongs to partition \(home)")
            )
        }
    }

    private mutating func count(_ recorded: RecordedFact, outstanding: Int) {
        let fact = recorded.fact
        let account = recorded.stream.account
        accounts[account, default: AccountTally()].count(fact)
        accounts[account, default: AccountTally()].outstanding += outstanding
        if case .settled = fact.event { return }
        let place = AuditPlace(recorded)
        if fact.cause.position != lastRecord { countRecord(at: fact.cause.position, place) }
        guard let signal = fact.event.ownSignal(of: fact.cause) else {
            // What is brought in by another record keeps its own time.
            if fact.cause.author != nil, fact.event.isRequest { note(fact.time, of: account) }
            return
        }
        noteUse(of: recorded.metadata, signal, account, place)
        note(signal.receivedAt, of: account)
        if let claim = ClaimItem(signal, on: recorded.stream) { claims.add(claim.bytes) }
    }

    private mutating func noteUse(
        of slot: MetadataSlot,
        _ signal: Signal,
        _ account: AccountID,
        _ place: AuditPlace
    ) {
        guard looksAtKeys, let catalog = catalogs[account] else { return }
        let use = SealedUse(
            slot,
            of: signal,
            account: account,
            isSandbox: catalog.isSandbox,
            in: partitioning
        )
        guard let use, uses.insert(use).inserted,
            // What was erased may have lost its key before.
            catalog.erasures(of: signal.customer).count <= use.key.generation
        else { return }
        newUses.append((use, place))
    }

    /// A record of delivered value: no state, and no stream to come back to.
    private mutating func takeValue(_ event: StoredEvent) {
        let recorded = ValueReview.take(event, into: &scratch)
        flush()
        guard let recorded else { return }
        let fact = recorded.fact
        let account = recorded.stream.account
        accounts[account, default: AccountTally()].count(fact)
        let place = AuditPlace(event)
        countRecord(at: fact.cause.position, place)
        note(fact.time, of: account)
        if let claim = ClaimItem(fact, account: account) { claims.add(claim.bytes) }
    }

    /// A record was accepted at that time.
    private mutating func note(_ time: Timestamp, of account: AccountID) {
        if catalogs[account]?.isSandbox == true {
            testClocks[account] = max(testClocks[account] ?? .earliest, time)
        } else {
            liveClock = max(liveClock, time)
        }
    }

    /// Records are processed in the order of their places, and each once: so are their facts.
    private mutating func countRecord(at record: IngestPosition, _ place: AuditPlace) {
        guard record > lastRecord else {
            findings.add(
                AuditFinding(
                    "record_twice",
                    at: place,
                    "its record \(record) comes after record \(lastRecord)"
                )
            )
            return
        }
        lastRecord = record
        records += 1
    }
}

extension OutcomeReview {
    /// How many dead letters are outstanding, and whether the outcome is final.
    fileprivate var standing: (outstanding: Int, isSettled: Bool) {
        (outcome.parked.count + outcome.refused.count, outcome.state != nil)
    }
}

extension OutcomeEvent {
    /// Whether it tells of what somebody asked for: its time is that of the asking.
    fileprivate var isRequest: Bool {
        switch self {
        case .signalRedriven, .signalDiscarded: true
        case .opened, .signalApplied, .signalDeadLettered, .settled: false
        }
    }

    /// The signal, when this is the first fact about it: the one of its own record.
    func ownSignal(of cause: Cause) -> Signal? {
        switch self {
        case .signalApplied(let applied):
            applied.signal.position == cause.position ? applied.signal : nil
        case .signalDeadLettered(let letter):
            letter.signal.position == cause.position ? letter.signal : nil
        case .opened, .signalRedriven, .signalDiscarded, .settled:
            nil
        }
    }
}

extension StreamID {
    /// The bytes by which a stream is told from others.
    var markBytes: [UInt8] {
        Array(account.text.utf8) + [0, UInt8(truncatingIfNeeded: kind.number)] + Array(key.utf8)
    }
}
