// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import DequeModule
import Dispatch
import EventStore
import ExactValues
import Metrics
import Synchronization

/// Drafts on their way into the ingest log, by partition.
///
/// A partition has at most one statement on its way; what comes meanwhile goes together in the next.
/// Few statements are on their way at once: what waits for its turn grows, and costs less a draft.
/// A statement whose answer is lost is repeated with the same ids until it is known what happened,
/// or until its callers have waited long enough.
final class IntakeQueue: Sendable {
    /// Beyond this many waiting drafts the intake is full.
    static let pendingLimitDrafts = 16_384
    /// The same by their payloads: 64 MiB.
    static let pendingLimitBytes = 67_108_864
    /// At most this many statements are on their way, but for repeats and those that take long.
    static let runningLimitStatements = 4
    /// A statement that takes longer than this, in milliseconds, gives its turn to others: its
    /// partition may be locked, and theirs are not.
    static let turnLimitMilliseconds = 500
    /// A lost answer is looked for this long, in milliseconds.
    static let repeatLimitMilliseconds = 10_000
    /// It is asked for again after this long.
    static let repeatDelayMilliseconds = 200
    /// Drafts that wait too long are looked for this often.
    static let watchMilliseconds = 500
    /// So many waiting calls are a queue.
    static let pressureLeastCalls = 16

    private struct State {
        var waiting: [Int: Deque<IntakeEntry>] = [:]
        /// Partitions that have a statement on its way, or wait in `ready` for theirs.
        var busy: Set<Int> = []
        var ready: Deque<Int> = []
        /// Whose turn it is, and since when.
        var turns: [Int: DispatchTime] = [:]
        /// Partitions whose last statement was given up and may yet be executed.
        var abandoned: Set<Int> = []
        var pendingCalls = 0
        var pendingDrafts = 0
        var pendingBytes = 0
        var isWatched = false
        var isClosed = false
        /// Who waits for the last draft to be finished.
        var closer: CheckedContinuation<Void, Never>?

        /// Entries are finished; whether none is left.
        mutating func finish(_ entries: some Collection<IntakeEntry>) -> Bool {
            pendingDrafts -= entries.count
            pendingBytes -= entries.reduce(0) { $0 + $1.draft.payload.count }
            return pendingDrafts == 0
        }
    }

    private let pool: PostgresPool
    private let catalogPartition: Partition
    private let tail: IngestTail
    private let instance = Int64.random(in: .min ... .max)
    private let attempts = Atomic<Int64>(0)
    private let state = Mutex(State())
    private let metrics = StoreMetrics()

    init(pool: PostgresPool, catalogPartition: Partition, tail: IngestTail) {
        self.pool = pool
        self.tail = tail
        self.catalogPartition = catalogPartition
    }

    var pendingCalls: Int { state.withLock { $0.pendingCalls } }

    /// Writes drafts, durable before it returns.
    func append(_ drafts: [IngestDraft]) async throws(StoreError) -> [IngestResult] {
        let result: Result<[IngestResult], StoreError> = await withCheckedContinuation { waiting in
            let call = IntakeCall(count: drafts.count) { waiting.resume(returning: $0) }
            do throws(StoreError) {
                try add(drafts, of: call)
                startStatements()
            } catch {
                call.refuse(error)
            }
        }
        return try result.get()
    }

    private func add(_ drafts: [IngestDraft], of call: IntakeCall) throws(StoreError) {
        let bytes = drafts.reduce(0) { $0 + $1.payload.count }
        let now = DispatchTime.now()
        let mustWatch = try state.withLock { state throws(StoreError) in
            guard !state.isClosed else { throw StoreError(.closed) }
            let count = state.pendingDrafts + drafts.count
            let hasRoom =
                count <= Self.pendingLimitDrafts
                && state.pendingBytes + bytes <= Self.pendingLimitBytes
            // A single call is taken whatever its size, so that it cannot be refused for ever.
            guard hasRoom || state.pendingDrafts == 0 else {
                throw StoreError(.full, detail: "\(state.pendingDrafts) drafts wait")
            }
            state.pendingCalls += 1
            state.pendingDrafts = count
            state.pendingBytes += bytes
            for (index, draft) in drafts.enumerated() {
                let number = draft.partition.number
                let entry = IntakeEntry(draft: draft, call: call, index: index, added: now)
                state.waiting[number, default: []].append(entry)
                if state.busy.insert(number).inserted { state.ready.append(number) }
            }
            metrics.intakePending.record(count)
            defer { state.isWatched = true }
            return !state.isWatched
        }
        if mustWatch { watch() }
    }

    // MARK: Statements

    /// Lets as many partitions send as may.
    private func startStatements() {
        while let (partition, isFence) = nextPartition() {
            // After one that was given up the next one voids it, as a repeat does.
            send(IntakeShipment(), in: partition, isRepeat: isFence, deadline: nil)
        }
    }

    private func nextPartition() -> (Int, isFence: Bool)? {
        state.withLock { state in
            guard state.turns.count < Self.runningLimitStatements else { return nil }
            guard let partition = state.ready.popFirst() else { return nil }
            state.turns[partition] = .now()
            return (partition, state.abandoned.contains(partition))
        }
    }

    /// Takes what waits in a partition, when its statement is about to be sent.
    private func take(from partition: Int) -> IntakeLoad {
        state.withLock { IntakeLoad(takenFrom: &$0.waiting[partition, default: []]) }
    }

    /// `deadline`: Until when an answer is looked for; nil in a first attempt.
    private func send(
        _ shipment: IntakeShipment,
        in partition: Int,
        isRepeat: Bool,
        deadline: DispatchTime?
    ) {
        let attempt = IntakeAttempt(
            instance: instance,
            number: attempts.wrappingAdd(1, ordering: .relaxed).newValue,
            isRepeat: isRepeat
        )
        pool.submit(
            deadline: deadline,
            { [self] connection -> [IntakeAnswer] in
                let load = shipment.load { take(from: partition) }
                guard !load.isEmpty else { return [] }
                let start = DispatchTime.now().uptimeNanoseconds
                defer {
                    let end = DispatchTime.now().uptimeNanoseconds
                    metrics.flush.recordNanoseconds(Int64(end - start))
                    metrics.intakeBatch.record(load.sent.count)
                }
                return try IntakeStatement.run(
                    load.sent.map(\.draft),
                    in: Partition(partition),
                    catalogPartition: catalogPartition,
                    attempt: attempt,
                    connection
                )
            },
            done: { [self] result in
                if deadline == nil { state.withLock { $0.turns[partition] = nil } }
                let load = shipment.load { take(from: partition) }
                switch result {
                case .success(let answers):
                    // A repeat may answer with places of long ago.
                    if !isRepeat {
                        tail.wrote(load.sent.map(\.draft), answers, in: Partition(partition))
                    }
                    answered(load, answers, in: partition)
                case .failure(let error):
                    failed(shipment, load, in: partition, error, isRepeat, deadline)
                }
            }
        )
    }

    private func answered(_ load: IntakeLoad, _ answers: [IntakeAnswer], in partition: Int) {
        var results: [(IntakeEntry, IngestResult)] = []
        var again: [IntakeEntry] = []
        load.forEach(answers) { entry, result in
            if let result { results.append((entry, result)) } else { again.append(entry) }
        }
        if !again.isEmpty {
            // Before all others: they have waited longest.
            state.withLock { state in
                state.waiting[partition] = Deque(again) + (state.waiting[partition] ?? [])
            }
        }
        // Where nothing was left to send nothing was sent.
        finish(results, in: partition, isKnown: !load.isEmpty)
    }

    private func failed(
        _ shipment: IntakeShipment,
        _ load: IntakeLoad,
        in partition: Int,
        _ error: any Error,
        _ isRepeat: Bool,
        _ deadline: DispatchTime?
    ) {
        // A repeat that fails says nothing of what it is the repeat of.
        let isUnknown = isRepeat && deadline != nil || Self.isUnknown(error)
        let now = DispatchTime.now()
        let end = deadline ?? now + .milliseconds(Self.repeatLimitMilliseconds)
        guard isUnknown, now < end, (error as? StoreError)?.reason != .closed else {
            let told = StoreError(postgres: error)
            let known = isUnknown ? StoreError(.unavailable, detail: told.detail) : told
            if isUnknown { state.withLock { _ = $0.abandoned.insert(partition) } }
            return finish(load.entries.map { ($0, .failed(known)) }, in: partition, isKnown: false)
        }
        let next = now + .milliseconds(Self.repeatDelayMilliseconds)
        DispatchQueue.global().asyncAfter(deadline: next) { [self] in
            send(shipment, in: partition, isRepeat: true, deadline: end)
        }
        startStatements()
    }

    /// Whether the statement may have been executed, or may yet be.
    private static func isUnknown(_ error: any Error) -> Bool {
        guard let failure = error as? PostgresFailure else {
            // Only an answer can be out of form.
            return (error as? StoreError)?.reason == .damaged
        }
        switch failure.kind {
        case .unknown: return true
        case .notSent: return false
        // The backend was ended: another one will answer.
        case .refused: return !failure.isConnectionUsable
        }
    }

    private func finish(
        _ results: [(entry: IntakeEntry, result: IngestResult)],
        in partition: Int,
        isKnown: Bool
    ) {
        let isDrained = state.withLock { state in
            if isKnown { state.abandoned.remove(partition) }
            if state.waiting[partition]?.isEmpty ?? true {
                state.waiting[partition] = nil
                state.busy.remove(partition)
            } else {
                state.ready.append(partition)
            }
            defer { metrics.intakePending.record(state.pendingDrafts) }
            return state.finish(results.map(\.entry))
        }
        // The next statement is on its way while callers are answered.
        startStatements()
        tell(results)
        if isDrained { releaseCloser() }
    }

    private func tell(_ results: [(entry: IntakeEntry, result: IngestResult)]) {
        var answered = 0
        for (entry, result) in results where entry.call.give(result, at: entry.index) {
            answered += 1
        }
        state.withLock { $0.pendingCalls -= answered }
    }

    // MARK: Waiting too long

    /// Looks, while anything is pending, for drafts that have waited behind their partition's
    /// statement for as long as a statement may take: the server does not answer.
    private func watch() {
        let next = DispatchTime.now() + .milliseconds(Self.watchMilliseconds)
        DispatchQueue.global().asyncAfter(deadline: next) { [self] in
            let limit = UInt64(pool.limitSeconds) * 1_000_000_000
            let now = DispatchTime.now().uptimeNanoseconds
            let (overdue, isDrained, goesOn) = state.withLock { state in
                let turn = UInt64(Self.turnLimitMilliseconds) * 1_000_000
                state.turns = state.turns.filter { $0.value.uptimeNanoseconds + turn > now }
                var overdue: [IntakeEntry] = []
                for partition in state.waiting.keys {
                    // Its place in line stays: it sends whatever is left then.
                    while let first = state.waiting[partition]?.first,
                        first.added.uptimeNanoseconds + limit < now
                    {
                        overdue.append(first)
                        state.waiting[partition]?.removeFirst()
                    }
                }
                let isDrained = state.finish(overdue)
                state.isWatched = !isDrained
                return (overdue, isDrained, state.isWatched)
            }
            let error = StoreError(.unavailable, detail: "a draft has waited too long")
            tell(overdue.map { ($0, .failed(error)) })
            if isDrained { releaseCloser() }
            startStatements()
            if goesOn { watch() }
        }
    }

    // MARK: Closing

    /// Takes nothing more; what waits is written before this returns, as far as that can be done.
    func close() async {
        await withCheckedContinuation { (closer: CheckedContinuation<Void, Never>) in
            let isDrained = state.withLock { state in
                state.isClosed = true
                if state.pendingDrafts > 0, state.closer == nil {
                    state.closer = closer
                    return false
                }
                return true
            }
            if isDrained { return closer.resume() }
            let limit = DispatchTime.now() + .milliseconds(Self.repeatLimitMilliseconds)
            DispatchQueue.global().asyncAfter(deadline: limit) { self.releaseCloser() }
        }
    }

    private func releaseCloser() {
        let closer = state.withLock { state in
            defer { state.closer = nil }
            return state.closer
        }
        closer?.resume()
    }
}
