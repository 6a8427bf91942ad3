// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Dispatch
import EventStore
import ExactValues
import Testing

@testable import PostgresStore

@Suite("Each draft has an answer of its own")
struct IntakeAnswerTests {
    @Test("of drafts with one claim one is sent, however many wait")
    func oneClaim() throws {
        let call = IntakeCall(count: 2_002) { _ in }
        var waiting: Deque<IntakeEntry> = []
        for number in 0..<2_002 {
            let draft = try Drafts.draft(claim: number % 1_001 == 0 ? "other" : "same")
            waiting.append(IntakeEntry(draft: draft, call: call, index: number, added: .now()))
        }
        let load = IntakeLoad(takenFrom: &waiting)
        #expect(load.sent.map(\.index) == [0, 1])
        #expect(load.followers[1]?.count == IntakeLoad.limitDrafts - 2)
        #expect(load.entries.count == IntakeLoad.limitDrafts)
        #expect(waiting.count == 2_002 - IntakeLoad.limitDrafts)
    }

    @Test(
        "when one partition cannot be written the drafts of the others are accepted all the same",
        .enabled(if: TestServer.isThere)
    )
    func partly() async throws {
        var settings = try TestServer.settings()
        settings.statementSeconds = 2
        let store = try await PostgresStore.open(settings, partitions: 4)
        let holder = try TestServer.connection(settings)
        try holder.run("BEGIN; SELECT FROM ingest_heads WHERE partition = 1 FOR UPDATE")
        let drafts = try [2, 1, 3, 1].map { try Drafts.draft(in: Partition($0)) }
        let results = try await store.append(drafts)
        for (index, result) in results.enumerated() {
            switch result {
            case .accepted(let receipt):
                #expect(index.isMultiple(of: 2))
                #expect(receipt.eventID == drafts[index].eventID)
            case .failed(let error):
                #expect(!index.isMultiple(of: 2))
                #expect(error.reason == .unavailable)
            default: Issue.record("\(result)")
            }
        }
        try holder.run("ROLLBACK")
        // Nothing of it is there, and it can be sent again.
        let again = try await store.append([drafts[1], drafts[3]])
        #expect(
            again.map { result -> Int64 in
                guard case .accepted(let receipt) = result else { return 0 }
                return receipt.position.value
            } == [1, 2]
        )
        await store.close()
    }
}
