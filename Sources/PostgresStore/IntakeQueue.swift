// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Dispatch
import EventStore
import ExactValues
import Synchronization

/// Drafts on their way into the ingest log, by partition.
///
/// A partition has at most one statement on its way; what comes meanwhile goes together in the next.
/// A statement whose answer is lost is repeated with the same ids until it is known what happened,
/// or until its callers have waited long enough.
final class IntakeQueue: Sendable {
    /// Beyond this many waiting drafts the intake is full.
    static let pendingLimitDrafts = 16_384
    /// The same by their payloads: 64 MiB.
    static let pendingLimitBytes = 67_108_864
    /// A lost answer is looked for this long, in milliseconds.
    static let repeatLimitMilliseconds = 10_000
    /// It is asked for again after this long.
    static let repeatDelayMilliseconds = 200
    /// Drafts that wait too long are looked for this often.
    static let watchMilliseconds = 500
    /// So many waiting drafts are a queue.
    static let pressureLeastDrafts = 64

    private struct State {
        var waiting: [Int: Deque<IntakeEntry>] = [:]
        var busy: Set<Int> = []
        /// Partitions whose last statement was given up and may yet be executed.
        var abandoned: Set<Int> = []
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
    private let instance = Int64.random(in: .min ... .max)
    private let attempts = Atomic<Int64>(0)
    private let state = Mutex(State())

    init(pool: PostgresPool, catalogPartition: Partition) {
        self.pool = pool
        self.catalogPartition = catalogPartition
    }

    var pendingDrafts: Int { state.withLock { $0.pendingDrafts } }

    /// Writes drafts, durable before it returns.
    func append(_ drafts: [IngestDraft]) async throws(StoreError) -> [IngestResult] {
        let result: Result<[IngestResult], StoreError> = await withCheckedContinuation { waiting in
            let call = IntakeCall(count: drafts.count) { waiting.resume(returning: $0) }
            do throws(StoreError) {
                for partition in try add(drafts, of: call) {
                    startStatement(in: partition)
                }
            } catch {
                call.refuse(error)
            }
        }
        return try result.get()
    }

    /// - Returns: The partitions whose statements have to be started.
    private func add(
        _ drafts: [IngestDraft],
        of call: IntakeCall
    ) throws(StoreError) -> [Int] {
        let bytes = drafts.reduce(0) { $0 + $1.payload.count }
        let now = DispatchTime.now()
        let (started, mustWatch) = try state.withLock { state throws(StoreError) in
            guard !state.isClosed else { throw StoreError(.closed) }
            let count = state.pendingDrafts + drafts.count
            let hasRoom =
                count <= Self.pendingLimitDrafts
                && state.pendingBytes + bytes <= Self.pendingLimitBytes
            // A single call is taken whatever its size, so that it cannot be refused for ever.
            guard hasRoom || state.pendingDrafts == 0 else {
                throw StoreError(.full, detail: "\(state.pendingDrafts) drafts wait")
            }
            state.pendingDrafts = count
            state.pendingBytes += bytes
            var started: [Int] = []
            for (index, draft) in drafts.enumerated() {
                let number = draft.partition.number
                let entry = IntakeEntry(draft: draft, call: call, index: index, added: now)
                state.waiting[number, default: []].append(entry)
                if state.busy.insert(number).inserted { started.append(number) }
            }
            defer { state.isWatched = true }
            return (started, !state.isWatched)
        }
        if mustWatch { watch() }
        return started
    }

    // MARK: Statements

    /// Sends what waits in a partition; its turn is ours until nothing does.
    private func startStatement(in partition: Int) {
        let (load, isFence) = state.withLock { state in
            let load = IntakeLoad(takenFrom: &state.waiting[partition, default: []])
            if load.isEmpty {
                state.busy.remove(partition)
                state.waiting[partition] = nil
            }
            return (load, state.abandoned.contains(partition))
        }
        guard !load.isEmpty else { return }
        // After one that was given up the next one voids it, as a repeat does.
        send(load, in: partition, isRepeat: isFence, deadline: nil)
    }

    private func send(
        _ load: IntakeLoad,
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
            { [catalogPartition] connection in
                try IntakeStatement.run(
                    load.sent.map(\.draft),
                    in: Partition(partition),
                    catalogPartition: catalogPartition,
                    attempt: attempt,
                    connection
                )
            },
            done: { [self] result in
                switch result {
                case .success(let answers): answered(load, answers, in: partition)
                case .failure(let error): failed(load, in: partition, error, isRepeat, deadline)
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
        finish(results, in: partition, isKnown: true)
    }

    private func failed(
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
            send(load, in: partition, isRepeat: true, deadline: end)
        }
    }

    /// Whether the statement may have been executed, or may yet be.
    private static func isUnknown(_ error: any Error) -> Bool {
        guard let failure = error as? PostgresFailure else { return false }
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
            return state.finish(results.map(\.entry))
        }
        // The next statement is on its way while callers are answered.
        startStatement(in: partition)
        for (entry, result) in results {
            entry.call.give(result, at: entry.index)
        }
        if isDrained { releaseCloser() }
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
                var overdue: [IntakeEntry] = []
                for partition in state.waiting.keys {
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
            for entry in overdue {
                let error = StoreError(.unavailable, detail: "a draft has waited too long")
                entry.call.give(.failed(error), at: entry.index)
            }
            if isDrained { releaseCloser() }
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
