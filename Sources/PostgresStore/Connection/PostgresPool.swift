// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Dispatch
import EventStore
import Synchronization

/// A bounded number of connections, each with a thread of its own.
///
/// Nothing blocks on the cooperative pool or an event loop. A connection that has failed is made
/// anew by whoever needs it next; while the server is away one caller at a time tries and the others
/// are told at once.
final class PostgresPool: Sendable {
    /// So many callers wait for a connection; the next one is told that the store is full.
    static let waitingLimitCallers = 4_096
    /// Whoever has got a connection at the last moment has at least so long, in seconds.
    private static let leastSeconds = 1

    /// What is to be done on a connection, on that connection's thread.
    private struct Job: Sendable {
        /// Who still waits for a connection then is told that there is none.
        let deadline: DispatchTime
        let run: @Sendable (inout PostgresConnection?) -> Void
        let refuse: @Sendable (StoreError) -> Void
    }

    private struct State {
        var idle: [Int]
        var waiting: Deque<Job> = []
        var reach = ServerReach.near(failures: 0)
        var isClosed = false
    }

    private enum Admission {
        case run(slot: Int)
        case wait
        case refuse(StoreError)
    }

    /// The longest that a statement may take, or a caller wait for a connection.
    let limitSeconds: Int
    private let target: String
    private let schema: String
    private let session: String
    private let isLocal: Bool
    private let onLost: @Sendable () -> Void
    private let slots: [Slot]
    private let state: Mutex<State>

    /// One connection and the thread that talks on it.
    private final class Slot: Sendable {
        let queue: DispatchQueue
        let connection = Mutex<PostgresConnection?>(nil)

        init(_ number: Int) { queue = DispatchQueue(label: "assay-postgres-\(number)") }
    }

    /// `session`: What the name of each session ends in.
    ///
    /// `isLocal`: Whether commits do not wait for standbys.
    ///
    /// `onLost`: Told when a connection was lost: another server may be the primary now.
    init(
        target: String,
        schema: String,
        session: String,
        connections: Int,
        limitSeconds: Int,
        isLocal: Bool = false,
        onLost: @escaping @Sendable () -> Void = {}
    ) {
        self.isLocal = isLocal
        self.onLost = onLost
        self.target = target
        self.schema = schema
        self.session = session
        self.limitSeconds = limitSeconds
        slots = (0..<connections).map(Slot.init)
        state = Mutex(State(idle: Array(0..<connections)))
    }

    /// Runs `work` on a connection of its own.
    ///
    /// `isRepeatable`: Whether it may be run again on a new connection when an old one turns out to
    /// be broken; so it is with everything that only reads.
    func use<Value: Sendable>(
        isRepeatable: Bool = true,
        _ work: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, any Error> = await withCheckedContinuation { waiting in
            submit(isRepeatable: isRepeatable, work) { waiting.resume(returning: $0) }
        }
        do {
            return try result.get()
        } catch {
            throw StoreError(postgres: error)
        }
    }

    /// Runs `work` on a connection of its own and tells `done`, on a thread of the pool's.
    ///
    /// `deadline`: When it is to be answered at the latest; unless given, after the pool's limit.
    func submit<Value: Sendable>(
        deadline: DispatchTime? = nil,
        isRepeatable: Bool = false,
        _ work: @escaping @Sendable (PostgresConnection) throws -> Value,
        done: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        let deadline = deadline ?? .now() + .seconds(limitSeconds)
        let job = Job(
            deadline: deadline,
            run: { [self] connection in
                let isOld = connection != nil
                let result = run(work, on: &connection, deadline)
                let isBroken = connection == nil && isOld
                done(isBroken && isRepeatable ? run(work, on: &connection, deadline) : result)
            },
            refuse: { done(.failure($0)) }
        )
        let admission = state.withLock { state -> Admission in
            if state.isClosed { return .refuse(StoreError(.closed)) }
            if let slot = state.idle.popLast() { return .run(slot: slot) }
            guard state.waiting.count < Self.waitingLimitCallers else {
                return .refuse(
                    StoreError(.full, detail: "\(Self.waitingLimitCallers) callers wait")
                )
            }
            state.waiting.append(job)
            return .wait
        }
        switch admission {
        case .run(let number): start(job, on: number)
        case .wait: break
        // Not on the caller's stack: it may have the next job at hand.
        case .refuse(let error): DispatchQueue.global().async { job.refuse(error) }
        }
    }

    private func start(_ job: Job, on number: Int) {
        let slot = slots[number]
        slot.queue.async { [self] in
            var next: Job? = job
            while let job = next {
                if job.deadline < .now() {
                    job.refuse(StoreError(.unavailable, detail: "no connection came free in time"))
                } else {
                    slot.connection.withLock { job.run(&$0) }
                }
                next = state.withLock { state in
                    let next = state.waiting.popFirst()
                    if next == nil { state.idle.append(number) }
                    return next
                }
            }
        }
    }

    private func run<Value>(
        _ work: (PostgresConnection) throws -> Value,
        on connection: inout PostgresConnection?,
        _ deadline: DispatchTime
    ) -> Result<Value, any Error> {
        let deadline = max(deadline, .now() + .seconds(Self.leastSeconds))
        do {
            if connection?.isQuiet == false {
                connection = nil
                onLost()
            }
            let open = try connection ?? connect(deadline)
            connection = open
            open.deadline = deadline
            return .success(try work(open))
        } catch {
            if let failure = error as? PostgresFailure, !failure.isConnectionUsable {
                connection = nil
                onLost()
                if failure.isTimeout { state.withLock { $0.reach.isSilent(at: .now()) } }
            }
            return .failure(error)
        }
    }

    private func connect(_ deadline: DispatchTime) throws(PostgresFailure) -> PostgresConnection {
        guard state.withLock({ $0.reach.mayTry(at: .now()) }) else {
            throw PostgresFailure(kind: .notSent, message: "the server was away a moment ago")
        }
        do throws(PostgresFailure) {
            let now = DispatchTime.now().uptimeNanoseconds
            let left = max(deadline.uptimeNanoseconds, now) - now
            let connection = try PostgresConnection(
                to: target,
                limitSeconds: limitSeconds,
                connectSeconds: min(limitSeconds, Int(left / 1_000_000_000))
            )
            connection.deadline = deadline
            try connection.run(
                ConnectionStatements.prepare(
                    schema: schema,
                    limitSeconds: limitSeconds,
                    session: session,
                    isLocal: isLocal
                )
            )
            state.withLock { $0.reach.reached() }
            return connection
        } catch {
            state.withLock { $0.reach.failed(at: .now()) }
            // Whatever it is, nothing that was asked for has been sent.
            guard case .unknown = error.kind else { throw error }
            throw PostgresFailure(kind: .notSent, message: error.message)
        }
    }

    /// Closes the connections once what is on its way has been answered; later calls throw
    /// `.closed`.
    func close() async {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for job in waiting {
            job.refuse(StoreError(.closed))
        }
        for slot in slots {
            await withCheckedContinuation { (waiting: CheckedContinuation<Void, Never>) in
                slot.queue.async {
                    slot.connection.withLock { $0 = nil }
                    waiting.resume()
                }
            }
        }
    }
}
