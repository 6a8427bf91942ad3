// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import NIOCore
import NIOPosix
import SQLiteStore
import Synchronization
import Testing

@testable import OutcomeRuntime
@testable import StoreAudit

@Suite("An audit of a sound store while it is written to")
struct AuditBesideTrafficTests {
    @Test("accounts and catalogs that change while it runs are no findings")
    func catalogsChange() async throws {
        let world = try World()
        let early = try await world.account("early", isSandbox: false)
        for number in 0..<8 { try await world.post("early-outcome:\(number)", as: early) }
        try await process(world)
        let isFirst = Mutex(true)
        let report = try await LogAudit(of: world.store) { _ in
            guard
                isFirst.withLock({ isFirst in
                    defer { isFirst = false }; return isFirst
                })
            else {
                return
            }
            // The catalogs were walked, the outcomes were not.
            do {
                let late = try await world.account("late", isSandbox: false)
                try await world.putCustomer("newcomer", into: early.account)
                let again = try await world.principal(early.account)
                for number in 0..<8 {
                    try await world.post("late-outcome:\(number)", as: late)
                    try await world.post("early again:\(number)", as: again)
                }
                try await process(world)
            } catch {
                Issue.record(error)
            }
        }.run()
        #expect(report.findings.shown == [])
        #expect(report.notes == [])
        #expect(report.accounts.count == 2)
        await world.store.close()
    }

    @Test("a checkpoint past the walk is a finding only where the log does not reach it by now")
    func checkpointPastTheWalk() async throws {
        let world = try World()
        _ = try await world.account("early", isSandbox: false)
        let catalogs = world.store.partitioning.catalogPartition
        let heads = try #require(try await world.store.partitionHeads().last)
        let head = heads.state.head.value
        let audit = LogAudit(of: world.store) { _ in }
        for (size, isKept, codes) in [
            (head, false, []),
            (head + 1, false, ["cut_below_checkpoint"]),
            (head, true, ["cut_below_kept_checkpoint"]),
        ] {
            var tree = TreeWalk()
            tree.expect([TreeWalk.Mark(size: size, root: .zero, isKept: isKept)])
            var findings = LogAudit.emptyFindings
            try await audit.judge(tree, of: catalogs, into: &findings)
            #expect(findings.shown.map(\.code) == codes)
        }
        await world.store.close()
    }

    private func process(_ world: World) async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        for lane in world.lanes(1, on: loops) {
            try await lane.reload()
            while try await lane.turn() != .nothing {}
        }
        try await loops.shutdownGracefully()
    }
}
