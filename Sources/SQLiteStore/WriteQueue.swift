// SPDX-License-Identifier: Apache-2.0

import DequeModule
import EventStore
import GRDB

/// A caller of the intake that waits for its drafts to be written.
struct IntakeCall: Sendable {
    let drafts: [IngestDraft]
    /// The drafts' payloads together.
    let bytes: Int
    let answer: @Sendable (Result<[IngestResult], StoreError>) -> Void

    init(
        drafts: [IngestDraft],
        answer: @escaping @Sendable (Result<[IngestResult], StoreError>) -> Void
    ) {
        self.drafts = drafts
        self.answer = answer
        bytes = drafts.reduce(0) { $0 + $1.payload.count }
    }
}

/// Any other write that waits for its turn.
struct WriteJob: Sendable {
    let perform: @Sendable (Database) -> Void
    let refuse: @Sendable (StoreError) -> Void
}

/// What waits to be written, and who is next: a value that does nothing by itself.
///
/// Intake and the other writes take turns. While clients queue up, intake goes first and the others
/// get about a quarter of the writer's time: after one that took d, the next starts no sooner than
/// 3d later.
/// Instants are nanoseconds of the machine's steady clock.
struct WriteQueue {
    /// Beyond this many waiting drafts the intake is full.
    static let pendingLimitDrafts = 16_384
    /// The same by their payloads: 64 MiB.
    static let pendingLimitBytes = 67_108_864
    /// One flush takes at most about this many drafts.
    static let flushLimitDrafts = 4_096
    /// One flush takes no more payloads than 16 MiB, unless a single call has more.
    static let flushLimitBytes = 16_777_216
    /// Intake counts as busy this long after a flush.
    static let busyWindowNanoseconds: UInt64 = 50_000_000
    /// After flushes that answered at least so many calls, the next one waits for them to come back.
    static let gatherLeastCalls = 4
    /// It waits no longer than the last flush took, nor than this.
    static let gatherLimitNanoseconds: UInt64 = 1_000_000
    /// So many calls answered by a flush or waiting after it are a queue.
    static let pressureLeastCalls = 8
    /// Other writes rest this many times as long as they took.
    static let restFactor: UInt64 = 3

    enum Phase {
        /// Takes work. Can transition to: closing, failed.
        case open
        /// Finishes what waits and takes nothing more. Can transition to: failed.
        case closing
        /// Nothing may be acknowledged any more.
        case failed(StoreError)
    }

    enum Next {
        case flush([IntakeCall])
        case job(WriteJob)
        /// Callers of the last flushes are about to come back; look again in a moment.
        case gather
        /// Only a resting job waits; ask again after so many nanoseconds.
        case rest(UInt64)
        case nothing
    }

    private(set) var phase = Phase.open
    private(set) var pendingDrafts = 0
    private(set) var pendingBytes = 0
    private var calls: Deque<IntakeCall> = []
    private var jobs: Deque<WriteJob> = []
    /// Which of the last flushes answered many calls or left many waiting, the newest lowest.
    private var pressure: UInt16 = 0
    private var lastFlush: UInt64?
    private var lastFlushTook: UInt64 = 0
    /// How many calls each of the last two flushes answered.
    private var lastCalls = (newer: 0, older: 0)
    private var restUntil: UInt64 = 0
    /// Whether the last thing done was a job, so that waiting calls are next.
    private var isIntakeNext = false
    private var isDraining = false

    /// Why new work is refused, if it is.
    var refusal: StoreError? {
        switch phase {
        case .open: nil
        case .closing: StoreError(.closed)
        case .failed(let error): error
        }
    }

    /// The failure after which nothing is acknowledged, if there was one.
    var failure: StoreError? {
        guard case .failed(let error) = phase else { return nil }
        return error
    }

    /// Whether callers queue up: most of the last flushes were for many, and not long ago.
    func isPressed(now: UInt64) -> Bool {
        guard let lastFlush, !calls.isEmpty || now < lastFlush + Self.busyWindowNanoseconds else {
            return false
        }
        return pressure.nonzeroBitCount > UInt16.bitWidth / 2
    }

    // MARK: Adding; each answers whether somebody has to start draining

    mutating func add(_ call: IntakeCall) throws(StoreError) -> Bool {
        if let refusal { throw refusal }
        let drafts = pendingDrafts + call.drafts.count
        let bytes = pendingBytes + call.bytes
        let hasRoom = drafts <= Self.pendingLimitDrafts && bytes <= Self.pendingLimitBytes
        // A single call is taken whatever its size, so that it cannot be refused for ever.
        guard hasRoom || pendingDrafts == 0 else {
            throw StoreError(
                .full,
                detail: "\(pendingDrafts) drafts of \(pendingBytes) bytes wait"
            )
        }
        pendingDrafts = drafts
        pendingBytes = bytes
        calls.append(call)
        return startDraining()
    }

    mutating func add(_ job: WriteJob) throws(StoreError) -> Bool {
        if let refusal { throw refusal }
        jobs.append(job)
        return startDraining()
    }

    /// Takes nothing more; `last` runs when everything before it is done.
    mutating func close(last: WriteJob) throws(StoreError) -> Bool {
        if let refusal { throw refusal }
        phase = .closing
        jobs.append(last)
        return startDraining()
    }

    /// Starts draining again after a rest.
    mutating func wake() -> Bool {
        guard !calls.isEmpty || !jobs.isEmpty else { return false }
        return startDraining()
    }

    private mutating func startDraining() -> Bool {
        defer { isDraining = true }
        return !isDraining
    }

    // MARK: Draining

    /// What to do now; whoever drains stops on `rest` and `nothing`.
    mutating func next(now: UInt64) -> Next {
        if !jobs.isEmpty, mayRunJob(now: now), let job = jobs.popFirst() {
            isIntakeNext = true
            return .job(job)
        }
        if !calls.isEmpty {
            if isGathering(now: now) { return .gather }
            isIntakeNext = false
            return .flush(takeCalls())
        }
        isDraining = false
        guard !jobs.isEmpty else { return .nothing }
        return .rest(restEnd - min(now, restEnd))
    }

    private func mayRunJob(now: UInt64) -> Bool {
        if case .closing = phase { return calls.isEmpty }
        if isPressed(now: now) { return now >= restEnd }
        // Otherwise the two take turns.
        return calls.isEmpty || !isIntakeNext
    }

    /// A flush costs the same for one call as for a hundred, so clients that post one after the
    /// other are given time to come back with their next.
    private func isGathering(now: UInt64) -> Bool {
        guard case .open = phase, let lastFlush, lastCalls.newer >= Self.gatherLeastCalls else {
            return false
        }
        return calls.count < lastCalls.newer + lastCalls.older
            && pendingDrafts < Self.flushLimitDrafts && pendingBytes < Self.flushLimitBytes
            && now < lastFlush + min(lastFlushTook, Self.gatherLimitNanoseconds)
    }

    /// A rest ends early when intake falls quiet.
    private var restEnd: UInt64 {
        guard let lastFlush else { return 0 }
        guard calls.isEmpty else { return restUntil }
        return min(restUntil, lastFlush + Self.busyWindowNanoseconds)
    }

    private mutating func takeCalls() -> [IntakeCall] {
        var taken: [IntakeCall] = []
        taken.reserveCapacity(calls.count)
        var drafts = 0
        var bytes = 0
        while let call = calls.first {
            let hasRoom =
                drafts < Self.flushLimitDrafts && bytes + call.bytes <= Self.flushLimitBytes
            guard hasRoom || taken.isEmpty else { break }
            calls.removeFirst()
            drafts += call.drafts.count
            bytes += call.bytes
            taken.append(call)
        }
        pendingDrafts -= drafts
        pendingBytes -= bytes
        lastCalls = (newer: taken.count, older: lastCalls.newer)
        return taken
    }

    mutating func flushEnded(startedAt start: UInt64, at now: UInt64) {
        lastFlush = now
        lastFlushTook = now - start
        let hasMany = lastCalls.newer + calls.count >= Self.pressureLeastCalls
        pressure = pressure << 1 | (hasMany ? 1 : 0)
    }

    mutating func jobEnded(startedAt start: UInt64, at now: UInt64) {
        restUntil = now + Self.restFactor * (now - start)
    }

    // MARK: Failing

    /// Refuses everything from now on and answers who waits.
    mutating func fail(_ error: StoreError) -> (calls: [IntakeCall], jobs: [WriteJob]) {
        if case .failed = phase { return ([], []) }
        phase = .failed(error)
        defer {
            calls = []
            jobs = []
            pendingDrafts = 0
            pendingBytes = 0
        }
        return (Array(calls), Array(jobs))
    }
}
