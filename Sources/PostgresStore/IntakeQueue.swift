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
    /// One statement takes at most this many drafts.
    static let statementLimitDrafts = 1_000
    /// One statement takes no more payloads than 8 MiB, unless a single draft has more.
    static let statementLimitBytes = 8_388_608
    /// A lost answer is looked for this long, in milliseconds.
    static let repeatLimitMilliseconds = 10_000
    /// It is asked for again after this long.
    static let repeatDelayMilliseconds = 200
    /// So many waiting drafts are a queue.
    static let pressureLeastDrafts = 64

    /// One draft of a call, and where its result goes.
    struct Entry: Sendable {
        let draft: IngestDraft
        let call: IntakeCall
        let index: Int
    }

    private struct State {
        var waiting: [Int: Deque<Entry>] = [:]
        var busy: Set<Int> = []
        /// Partitions whose last statement was given up and may yet be executed.
        var abandoned: Set<Int> = []
        var pendingDrafts = 0
        var pendingBytes = 0
        var isClosed = false
        /// Who waits for the last draft to be finished.
        var closer: CheckedContinuation<Void, Never>?
    }

    private let pool: PostgresPool
    private let instance = Int64.random(in: .min ... .max)
    private let attempts = Atomic<Int64>(0)
    private let state = Mutex(State())

    init(pool: PostgresPool) { self.pool = pool }

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
                call.fail(error)
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
        return try state.withLock { state throws(StoreError) in
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
                let entry = Entry(draft: draft, call: call, index: index)
                state.waiting[number, default: []].append(entry)
                if state.busy.insert(number).inserted { started.append(number) }
            }
            return started
        }
    }

    /// Sends what waits in a partition; its turn is ours until nothing does.
    private func startStatement(in partition: Int) {
        let (entries, isFence) = state.withLock { state in
            let entries = Self.take(from: &state.waiting[partition, default: []])
            if entries.isEmpty {
                state.busy.remove(partition)
                state.waiting[partition] = nil
            }
            return (entries, state.abandoned.contains(partition))
        }
        guard !entries.isEmpty else { return }
        // After one that was given up the next one voids it, as a repeat does.
        send(entries, in: partition, isRepeat: isFence, deadline: nil)
    }

    /// As much as one statement takes; of drafts with one claim only the first.
    private static func take(from waiting: inout Deque<Entry>) -> [Entry] {
        var taken: [Entry] = []
        var left: Deque<Entry> = []
        var claims: Set<Digest> = []
        var bytes = 0
        while let entry = waiting.first {
            let count = entry.draft.payload.count
            let hasRoom =
                taken.count < statementLimitDrafts && bytes + count <= statementLimitBytes
            guard hasRoom || taken.isEmpty else { break }
            waiting.removeFirst()
            if let claim = entry.draft.claim, !claims.insert(claim.scope).inserted {
                left.append(entry)
                continue
            }
            bytes += count
            taken.append(entry)
        }
        waiting = left + waiting
        return taken
    }

    private func send(
        _ entries: [Entry],
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
            { connection in
                try IntakeStatement.run(
                    entries.map(\.draft),
                    in: Partition(partition),
                    attempt: attempt,
                    connection
                )
            },
            done: { [self] result in
                switch result {
                case .success(let results):
                    state.withLock { _ = $0.abandoned.remove(partition) }
                    finish(entries, in: partition) { entry, position in
                        entry.call.give(results[position], at: entry.index)
                    }
                case .failure(let error):
                    failed(entries, in: partition, error, isRepeat, deadline)
                }
            }
        )
    }

    private func failed(
        _ entries: [Entry],
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
            return finish(entries, in: partition) { entry, _ in entry.call.fail(known) }
        }
        let next = now + .milliseconds(Self.repeatDelayMilliseconds)
        DispatchQueue.global().asyncAfter(deadline: next) { [self] in
            send(entries, in: partition, isRepeat: true, deadline: end)
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
        _ entries: [Entry],
        in partition: Int,
        _ answer: (Entry, Int) -> Void
    ) {
        let bytes = entries.reduce(0) { $0 + $1.draft.payload.count }
        let isDrained = state.withLock { state in
            state.pendingDrafts -= entries.count
            state.pendingBytes -= bytes
            return state.pendingDrafts == 0
        }
        // The next statement is on its way while callers are answered.
        startStatement(in: partition)
        for (position, entry) in entries.enumerated() {
            answer(entry, position)
        }
        if isDrained { releaseCloser() }
    }

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

/// A caller of the intake that waits for its drafts, which go to several partitions.
final class IntakeCall: Sendable {
    private struct State {
        var results: [IngestResult?]
        var left: Int
    }

    private let state: Mutex<State>
    private let answer: @Sendable (Result<[IngestResult], StoreError>) -> Void

    init(
        count: Int,
        answer: @escaping @Sendable (Result<[IngestResult], StoreError>) -> Void
    ) {
        state = Mutex(State(results: Array(repeating: nil, count: count), left: count))
        self.answer = answer
    }

    /// One draft has its result; the last one answers the caller.
    func give(_ result: IngestResult, at index: Int) {
        let results = state.withLock { state -> [IngestResult]? in
            state.results[index] = result
            state.left -= 1
            return state.left == 0 ? state.results.compactMap(\.self) : nil
        }
        if let results { answer(.success(results)) }
    }

    /// The caller is answered now; what comes later is not looked at.
    func fail(_ error: StoreError) {
        let isFirst = state.withLock { state in
            defer { state.left = .min / 2 }
            return state.left > 0
        }
        if isFirst { answer(.failure(error)) }
    }
}
