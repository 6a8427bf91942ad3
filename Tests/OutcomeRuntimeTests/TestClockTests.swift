// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import OutcomeRuntime
import SQLiteStore
import Testing

@Suite("Moving a test clock")
struct TestClockTests {
    @Test("simultaneous advances add up, and one that is refused holds nobody up")
    func simultaneous() async throws {
        let world = try World()
        let sandbox = try await world.account("sandboxa", isSandbox: true)
        let other = try await world.account("sandboxb", isSandbox: true)
        let instants = try await withThrowingTaskGroup(of: Timestamp?.self) { group in
            for number in 0..<40 {
                group.addTask {
                    do {
                        let receipt = try await world.intake.advanceClock(
                            of: number % 4 == 0 ? other : sandbox
                        ) { now in
                            if number % 4 == 1 { throw Refusal() }
                            return now.adding(seconds: 60)
                        }
                        return receipt.receivedAt
                    } catch is Refusal {
                        return nil
                    }
                }
            }
            return try await group.reduce(into: [Timestamp]()) { instants, instant in
                if let instant { instants.append(instant) }
            }
        }
        #expect(instants.count == 30)
        #expect(try await world.intake.testClock(of: sandbox) == World.start.adding(seconds: 1200))
        #expect(try await world.intake.testClock(of: other) == World.start.adding(seconds: 600))
        await world.store.close()
    }

    @Test("advances through several nodes add up as well")
    func severalNodes() async throws {
        let world = try World()
        let sandbox = try await world.account("sandboxa", isSandbox: true)
        // Each has turns of its own, as in a process of its own.
        let intakes = (0..<4).map { number in
            Intake(
                log: world.store,
                catalogs: world.catalogs,
                keys: KeyRing(store: world.store),
                partitioning: world.store.partitioning,
                clock: world.clock,
                node: "node-\(number)",
                identifiers: Identifiers(start: UInt32(number) << 24),
                backlog: { 0 },
                onAccepted: { _ in }
            )
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for intake in intakes {
                group.addTask {
                    for _ in 0..<10 {
                        _ = try await intake.advanceClock(of: sandbox) { $0.adding(seconds: 60) }
                        _ = try await intake.advanceClock(of: sandbox) { $0 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await world.intake.testClock(of: sandbox) == World.start.adding(seconds: 2400))
        await world.store.close()
    }

    private struct Refusal: Error {}
}
