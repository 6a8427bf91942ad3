// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import NIOCore
import NIOPosix
import OutcomeDomain
import SQLiteStore
import Synchronization
import Testing

@testable import OutcomeRuntime
@testable import StoreAudit

@Suite("Delivered value on its way through the lanes")
struct ValueLaneTests {
    private func submission(_ title: Text, key: Text? = nil) throws -> ValueSubmission {
        let title = try #require(ValueTitle(title))
        let value = DeliveredValue(kind: .dealClosed, title: title, usd: Decimal("0.1"), user: 7)
        return ValueSubmission(
            value: try #require(value),
            metadata: Array(#"{"a":1}"#.utf8),
            idempotencyKey: key,
            trace: nil,
            request: "req_1"
        )
    }

    private func caller(_ principal: Principal) -> Principal {
        Principal(internalServiceOf: principal.account, catalog: principal.catalog)
    }

    private func process(_ world: World, _ told: Committed) async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        for lane in world.lanes(1, observer: told, on: loops) {
            try await lane.reload()
            while try await lane.turn() != .nothing {}
        }
        try await loops.shutdownGracefully()
    }

    @Test("each record becomes one fact on a stream of its own, beside outcomes, and is sound")
    func recorded() async throws {
        let world = try World()
        let told = Committed()
        for isSandbox in [false, true] {
            let principal = try await world.account(
                isSandbox ? "box" : "live",
                isSandbox: isSandbox
            )
            for number in 0..<12 {
                try await world.post("outcome:\(number)", as: principal)
                let key: Text? = number.isMultiple(of: 2) ? Text("key \(number)") : nil
                let result = try await world.intake.record(
                    try submission(Text("n\(number)"), key: key),
                    as: caller(principal)
                )
                guard case .accepted(let receipt) = result else {
                    Issue.record("not accepted")
                    return
                }
                #expect(Int(receipt.eventID.partition) == receipt.partition.number)
            }
        }
        try await process(world, told)
        let facts = told.facts.withLock { $0 }
        let values = facts.compactMap(\.value)
        #expect(values.count == 24)
        #expect(facts.compactMap(\.outcome).count > 24)
        #expect(Set(values.map(\.stream)).count == 24)
        for value in values {
            let stored = try await world.store.facts(about: value.fact.cause.eventID)
            #expect(try stored.map { try LoggedFact($0) } == [.value(value)])
            #expect(value.fact.cause.author == "internal")
            #expect(value.context.passage?.acceptance?.request == "req_1")
        }
        let report = try await LogAudit(of: world.store) { _ in }.run()
        #expect(report.findings.shown == [])
        #expect(report.accounts.values.map(\.values).sorted() == [12, 12])
        await world.store.close()
    }

    @Test("a retry under its key is a duplicate, before it is processed and after a restart")
    func retried() async throws {
        let world = try World()
        let told = Committed()
        let principal = caller(try await world.account("live", isSandbox: false))
        let first = try await world.intake.record(try submission("T", key: "k"), as: principal)
        let second = try await world.intake.record(try submission("T", key: "k"), as: principal)
        guard case .accepted(let receipt) = first else {
            Issue.record("not accepted")
            return
        }
        #expect(second == .duplicate(receipt, bodyConflict: false))
        try await process(world, told)
        await world.store.close()

        let again = try World(path: world.path)
        let renewed = caller(try await again.principal(principal.account))
        let third = try await again.intake.record(try submission("T", key: "k"), as: renewed)
        #expect(third == .duplicate(receipt, bodyConflict: false))
        let other = try await again.intake.record(try submission("U", key: "k"), as: renewed)
        #expect(other == .duplicate(receipt, bodyConflict: true))
        try await process(again, told)
        #expect(told.facts.withLock { $0.count } == 1)
        await again.store.close()
    }
}

private final class Committed: LaneObserver {
    let facts = Mutex<[LoggedFact]>([])

    func committed(_ partition: Partition, state: PartitionState, facts: [LoggedFact]) {
        self.facts.withLock { $0 += facts }
    }

    func halted(_ partition: Partition) { Issue.record("a partition has stopped") }
}
