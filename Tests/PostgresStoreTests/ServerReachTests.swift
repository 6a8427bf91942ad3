// SPDX-License-Identifier: Apache-2.0

import Dispatch
import EventStore
import Synchronization
import Testing

@testable import PostgresStore

@Suite("A server that is away")
struct ServerReachTests {
    private func time(_ milliseconds: Int) -> DispatchTime {
        DispatchTime(uptimeNanoseconds: 1_000_000_000) + .milliseconds(milliseconds)
    }

    @Test("is tried by one caller at a time, after pauses that grow up to a second")
    func pauses() {
        var reach = ServerReach.near(failures: 0)
        // A macro's argument may not change what it asks.
        func mayTry(_ milliseconds: Int) -> Bool { reach.mayTry(at: time(milliseconds)) }
        #expect([mayTry(0), mayTry(0)] == [true, true])
        reach.failed(at: time(0))
        reach.failed(at: time(0))
        #expect([mayTry(0), mayTry(0)] == [true, true])
        reach.failed(at: time(0))
        // Who began together fails together: the pause does not grow by that.
        reach.failed(at: time(1))
        var now = 0
        for pause in [100, 200, 400, 800, 1_000, 1_000] {
            let tries = [
                mayTry(now + pause - 1), mayTry(now + pause), mayTry(now + pause + 60_000),
            ]
            #expect(tries == [false, true, false])
            now += pause
            reach.failed(at: time(now))
        }
        #expect(
            [mayTry(now + 999), mayTry(now + 1_000), mayTry(now + 1_000)] == [false, true, false]
        )
        reach.reached()
        #expect([mayTry(now + 1_000), mayTry(now + 1_000)] == [true, true])
    }

    @Test("is away at once when it is silent, and one failure among successes says nothing")
    func silence() {
        var reach = ServerReach.near(failures: 0)
        for _ in 0..<9 {
            reach.failed(at: time(0))
            reach.reached()
        }
        #expect(reach == .near(failures: 0))
        reach.isSilent(at: time(0))
        #expect(reach == .away(until: time(100), delayMilliseconds: 100))
    }

    @Test("refuses many callers without a try of each, and serves them when it is there again")
    func refusals() async throws {
        let pool = PostgresPool(
            target: "host=/nonexistent user=assay dbname=postgres",
            schema: "none",
            session: "none",
            connections: 2,
            limitSeconds: 5
        )
        let details = await withTaskGroup(of: String.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    do throws(StoreError) {
                        try await pool.use { _ in }
                        return "served"
                    } catch {
                        return error.detail
                    }
                }
            }
            return await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(details.contains("the server was away a moment ago"))
        #expect(!details.contains("served"))
        await pool.close()
    }

    @Test(
        "who waits for a connection longer than a statement may take is told",
        .enabled(if: TestServer.isThere)
    )
    func deadlines() async throws {
        let settings = try TestServer.settings()
        let pool = PostgresPool(
            target: settings.target,
            schema: "none",
            session: "none",
            connections: 1,
            limitSeconds: 5
        )
        let holder = DispatchSemaphore(value: 0)
        let isHeld = DispatchSemaphore(value: 0)
        pool.submit({ _ in
            isHeld.signal()
            holder.wait()
        }) { _ in }
        let error: (any Error)? = await withCheckedContinuation { waiting in
            DispatchQueue.global().async {
                isHeld.wait()
                pool.submit(deadline: .now(), { _ in }) { result in
                    guard case .failure(let error) = result else {
                        return waiting.resume(returning: nil)
                    }
                    waiting.resume(returning: error)
                }
                holder.signal()
            }
        }
        #expect((error as? StoreError)?.reason == .unavailable)
        // The connection is free again.
        #expect(try await pool.use { _ in 1 } == 1)
        await pool.close()
    }
}
