// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Foundation
import GRDB
import Logging
import Testing

@testable import SQLiteStore

@Suite("Reading a store beside its server")
struct ReadingTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func reason(_ path: String) -> StoreOpenError.Reason? {
        do throws(StoreOpenError) {
            _ = try SQLiteStore.openForReading(path: path)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("what is appended and checkpointed meanwhile is read at once, and the writer goes on")
    func beside() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        let reader = try SQLiteStore.openForReading(path: directory.path)
        #expect(reader.identity == store.identity)
        #expect(reader.partitioning == store.partitioning)
        for round in 1...20 {
            let accepted = try await store.append([Sample.draft(round, claim: "claim-\(round)")])
            try await Sample.open(Text("outcome-\(round)"), in: store)
            if round.isMultiple(of: 4) {
                _ = try await store.writer.write { _ in }
                try await checkpoint(store)
            }
            let partition = Partition(1)
            #expect(try await reader.state(of: [partition]) == store.state(of: [partition]))
            #expect(try await reader.heads() == store.heads())
            #expect(try await reader.partitionHeads() == store.partitionHeads())
            let events = try await reader.events(in: partition, after: .start, limit: 100)
            #expect(events.count == round)
            #expect(try await store.events(in: partition, after: .start, limit: 100) == events)
            guard case .accepted(let receipt) = try #require(accepted.first) else { return }
            #expect(try await reader.waitingRecord(receipt.eventID)?.receipt == receipt)
            #expect(try await reader.latestLiveClock() == store.latestLiveClock())
        }
        let cursors = [Partition(1): IngestPosition.start]
        #expect(
            try await reader.records(after: cursors, limit: 7, limitBytes: .max)
                == store.records(after: cursors, limit: 7, limitBytes: .max)
        )
        let claims = try await reader.claims(in: Partition(1), after: nil, limit: 50)
        #expect(claims.count == 20)
        #expect(try await store.claims(in: Partition(1), after: nil, limit: 50) == claims)
        await reader.close()
        await store.close()
    }

    private func checkpoint(_ store: SQLiteStore) async throws {
        await withCheckedContinuation { (waiting: CheckedContinuation<Void, Never>) in
            store.writer.pool.asyncWriteWithoutTransaction { database in
                #expect(throws: Never.self) { try database.checkpoint(.passive) }
                waiting.resume()
            }
        }
    }

    @Test("nothing can be written through it")
    func refused() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        let reader = try SQLiteStore.openForReading(path: directory.path)
        let refusal = StoreError(.unavailable, detail: "the store is opened for reading")
        await #expect(throws: refusal) { try await reader.append([Sample.draft()]) }
        await #expect(throws: refusal) { try await reader.append([PartitionAppend]()) }
        await #expect(throws: refusal) {
            try await reader.advanceLiveClock(of: [Partition(1)], to: .earliest)
        }
        await #expect(throws: StoreError.self) {
            try await reader.read { try $0.execute(sql: "DELETE FROM partitions") }
        }
        await reader.close()
        await store.close()
    }

    @Test("a closed store is read as it is, is not changed by it, and serves again meanwhile")
    func closed() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        _ = try await store.append([Sample.draft()])
        try await Sample.open("outcome-one", in: store)
        await store.close()
        let before = FileManager.default.contents(atPath: directory.path)
        let mark = FileManager.default.contents(atPath: directory.path + ".mark")

        let reader = try SQLiteStore.openForReading(path: directory.path)
        #expect(try await reader.events(in: Partition(1), after: .start, limit: 9).count == 1)
        let again = try directory.open()
        try await Sample.open("outcome-two", in: again)
        #expect(try await reader.events(in: Partition(1), after: .start, limit: 9).count == 2)
        await again.close()
        await reader.close()

        let late = try SQLiteStore.openForReading(path: directory.path)
        #expect(try await late.events(in: Partition(1), after: .start, limit: 9).count == 2)
        await late.close()
        #expect(FileManager.default.contents(atPath: directory.path) != before)
        #expect(FileManager.default.contents(atPath: directory.path + ".mark") != mark)
    }

    @Test("reading a closed store leaves its file and its mark byte for byte")
    func unchanged() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        _ = try await store.append([Sample.draft()])
        await store.close()
        let before = FileManager.default.contents(atPath: directory.path)
        let mark = FileManager.default.contents(atPath: directory.path + ".mark")
        let reader = try SQLiteStore.openForReading(path: directory.path)
        #expect(try await reader.heads()[Partition(1)] == IngestPosition(1))
        await reader.close()
        #expect(FileManager.default.contents(atPath: directory.path) == before)
        #expect(FileManager.default.contents(atPath: directory.path + ".mark") == mark)
    }

    @Test("a store left by a killed server is read with all that it acknowledged")
    func killed() async throws {
        let directory = try StoreDirectory()
        let left = try StoreDirectory()
        let store = try directory.open()
        _ = try await store.append([Sample.draft()])
        try await Sample.open("outcome-one", in: store)
        try directory.copy(to: left, suffixes: ["", "-wal", ".mark"])
        await store.close()
        let reader = try SQLiteStore.openForReading(path: left.path)
        #expect(try await reader.events(in: Partition(1), after: .start, limit: 9).count == 1)
        await reader.close()
    }

    @Test("a store that lacks what it acknowledged is refused")
    func behind() async throws {
        let directory = try StoreDirectory()
        let left = try StoreDirectory()
        let store = try directory.open()
        await store.close()
        let again = try directory.open()
        _ = try await again.append([Sample.draft()])
        try directory.copy(to: left, suffixes: ["", ".mark"])
        #expect(reason(left.path) == .behind)
        await again.close()
    }

    @Test("what is not there or not a store is refused, and nothing is created")
    func notThere() throws {
        let directory = try StoreDirectory()
        #expect(reason(directory.path) == .missing)
        #expect(!FileManager.default.fileExists(atPath: directory.path))
        #expect(reason(directory.url.path) == .notAStore)
        try directory.write(String(repeating: "text ", count: 50), to: "store.db")
        #expect(reason(directory.path) == .notAStore)
        let other = directory.path("other.db")
        let queue = try DatabaseQueue(path: other)
        try queue.write { try $0.execute(sql: "CREATE TABLE mine (id INTEGER)") }
        try queue.close()
        #expect(reason(other) == .notAStore)
    }

    @Test("the read models' file is read beside its server, and never written")
    func views() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        let reader = try SQLiteStore.openForReading(path: directory.path)
        let path = SQLiteReadModels.path(beside: directory.path)
        let views = try await SQLiteReadModels.openForReading(
            path: path,
            of: reader,
            logger: logger
        )
        #expect(try await views.outcomesFeed.checkpoints().isEmpty)
        await #expect(throws: SQLiteStoreReader.refusal) {
            try await views.files.home(of: .feed).file.write { _ in }
        }
        await views.close()
        let other = try StoreDirectory()
        let stranger = try other.open()
        await #expect(throws: StoreOpenError(.viewsAreForeign, path: path)) {
            try await SQLiteReadModels.openForReading(path: path, of: stranger, logger: logger)
        }
        await stranger.close()
        await reader.close()
        await store.close()
        #expect(FileManager.default.fileExists(atPath: path))
    }
}
