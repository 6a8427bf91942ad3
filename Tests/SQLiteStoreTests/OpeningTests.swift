// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Foundation
import GRDB
import Testing

@testable import SQLiteStore

@Suite("Opening a store")
struct OpeningTests {
    private func failure(_ open: () throws(StoreOpenError) -> SQLiteStore) -> StoreOpenError? {
        do throws(StoreOpenError) {
            _ = try open()
            return nil
        } catch {
            return error
        }
    }

    @Test("the number of partitions is fixed at creation and read afterwards")
    func partitions() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open(partitions: 16)
        await store.close()
        let again = try directory.open(partitions: nil)
        #expect(again.partitioning.count == 16)
        await again.close()
        let error = failure { () throws(StoreOpenError) in try directory.open(partitions: 8) }
        #expect(error?.reason == .partitionsDiffer(stored: 16, asked: 8))
        #expect(error?.description.contains("leave the setting out") == true)
        let invalid = failure { () throws(StoreOpenError) in try directory.open(partitions: 0) }
        #expect(invalid?.reason == .partitionCountInvalid(0))
    }

    @Test("a store in use is refused and named; once closed it opens")
    func locked() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        let error = failure { () throws(StoreOpenError) in try directory.open() }
        #expect(error?.reason == .locked(processID: PosixFile.currentProcessID))
        #expect(error?.description.contains("HTTP API, or stop it first") == true)
        await store.close()
        await (try directory.open()).close()
    }

    @Test("a new store's files are their owner's alone; the mode of one that is there stays")
    func modes() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        _ = try await store.append([Sample.draft()])
        let suffixes = [
            "", "-wal", "-shm", ".mark", ".lock", ".views", ".views.feed.a",
            ".views.feed.a-wal", ".views.feed.a-shm", ".views.ledger.a", ".views.dead-letters.a",
        ]
        for suffix in suffixes {
            #expect(try directory.mode(of: "store.db" + suffix) == 0o600, "store.db\(suffix)")
        }
        await store.close()
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o640],
            ofItemAtPath: directory.path
        )
        await (try directory.open()).close()
        #expect(try directory.mode(of: "store.db") == 0o640)
    }

    @Test("a missing directory is named")
    func directoryMissing() throws {
        let error = failure { () throws(StoreOpenError) in
            try SQLiteStore.open(path: "/nowhere/at/all/store.db")
        }
        #expect(error?.reason == .directoryMissing)
        #expect(error?.description.contains("create it or name another path") == true)
    }

    @Test("files of other programs are refused and left as they are")
    func notAStore() throws {
        let directory = try StoreDirectory()
        try directory.write(String(repeating: "text ", count: 50), to: "store.db")
        let text = failure { () throws(StoreOpenError) in try directory.open() }
        #expect(text?.reason == .notAStore)

        let other = directory.path("other.db")
        let queue = try DatabaseQueue(path: other)
        try queue.write { try $0.execute(sql: "CREATE TABLE mine (id INTEGER)") }
        try queue.close()
        let before = FileManager.default.contents(atPath: other)
        let foreign = failure { () throws(StoreOpenError) in try SQLiteStore.open(path: other) }
        #expect(foreign?.reason == .notAStore)
        #expect(FileManager.default.contents(atPath: other) == before)

        let folder = failure { () throws(StoreOpenError) in
            try SQLiteStore.open(path: directory.url.path)
        }
        #expect(folder?.reason == .notAStore)
    }

    @Test("a store migrated by a newer build is refused")
    func tooNew() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        try await store.writer.write { database in
            try database.execute(
                sql: "INSERT INTO grdb_migrations (identifier) VALUES ('999 to come')"
            )
        }
        await store.close()
        let error = failure { () throws(StoreOpenError) in try directory.open() }
        #expect(error?.reason == .tooNew)
        #expect(error?.description.contains("newer version") == true)
    }

    @Test(
        "heads that disagree with the logs are damage",
        arguments: [
            "UPDATE partitions SET event_head = event_head + 1 WHERE partition = 1",
            "UPDATE partitions SET ingest_head = ingest_head + 1 WHERE partition = 1",
            "DELETE FROM partitions WHERE partition = 2",
            "DELETE FROM ingest",
        ]
    )
    func contradictions(statement: String) async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        _ = try await store.append([Sample.draft()])
        try await Sample.open("a stream", in: store)
        try await store.writer.write { try $0.execute(sql: statement) }
        await store.close()
        let error = failure { () throws(StoreOpenError) in try directory.open() }
        #expect(error?.reason == .damaged)
        #expect(error?.description.contains("restore the latest backup") == true)
    }

    @Test("a page of noise where the schema was is damage")
    func noise() async throws {
        let directory = try StoreDirectory()
        await (try directory.open()).close()
        let file = try PosixFile.open(directory.path, creating: false)
        #expect(file.write([UInt8](repeating: 0xA5, count: 4_000), at: 100))
        let error = failure { () throws(StoreOpenError) in try directory.open() }
        #expect(error?.reason == .damaged)
    }

    @Test("a process that is killed loses nothing that was acknowledged")
    func killed() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        _ = try await store.append([Sample.draft(1), Sample.draft(2)])
        try await Sample.open("a stream", in: store)
        let after = try StoreDirectory()
        try directory.copy(to: after, suffixes: ["", "-wal", ".mark"])
        await store.close()

        let recovered = try after.open()
        let records = try await recovered.records(after: [Partition(1): .start], limit: 9)
        #expect(records[Partition(1)]?.count == 2)
        let events = try await recovered.events(in: Partition(1), after: .start, limit: 9)
        #expect(events.count == 1)
        await recovered.close()
    }

    @Test(
        "a lost or cut write-ahead log is noticed by the mark beside the store",
        arguments: [0, 40_000]
    )
    func lostLog(keptBytes: Int) async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        for number in 0..<8 {
            _ = try await store.append([Sample.draft(number)])
        }
        let after = try StoreDirectory()
        try directory.copy(to: after, suffixes: ["", "-wal", ".mark"])
        await store.close()

        let log = try PosixFile.open(after.path + "-wal", creating: false)
        log.truncate(to: keptBytes)
        let error = failure { () throws(StoreOpenError) in try after.open() }
        #expect(error?.reason == .behind || error?.reason == .damaged)
        #expect(error?.description.contains("backup") == true)
    }

    @Test("a restored backup is accepted once its mark is removed")
    func restoredBackup() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        await store.close()
        let backup = try StoreDirectory()
        try directory.copy(to: backup, suffixes: [""])

        let live = try directory.open()
        _ = try await live.append([Sample.draft()])
        await live.close()
        try directory.copy(to: backup, suffixes: [".mark"])
        let error = failure { () throws(StoreOpenError) in try backup.open() }
        #expect(error?.reason == .behind)
        #expect(error?.description.contains(".mark to accept it") == true)
        try FileManager.default.removeItem(atPath: backup.path + ".mark")
        await (try backup.open()).close()
    }
}
