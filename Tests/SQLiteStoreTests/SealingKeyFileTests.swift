// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Foundation
import Testing

@testable import SQLiteStore

@Suite("The file of keys")
struct SealingKeyFileTests {
    private let directory: StoreDirectory
    private let record: SealingKeyRecord

    init() throws {
        directory = try StoreDirectory()
        let name = SealingKeyName(
            partition: Partition(1),
            account: try #require(AccountID("acct_one")),
            customer: "acme",
            generation: 0
        )
        record = SealingKeyRecord(
            name: name,
            id: [UInt8](repeating: 7, count: 16),
            secret: Array(Digest.sha256([1]).bytes)
        )
    }

    private var keys: URL { URL(fileURLWithPath: directory.path + ".keys") }

    private func reason(_ open: () throws -> SQLiteStore) -> StoreOpenError.Reason? {
        do {
            _ = try open()
            return nil
        } catch let error as StoreOpenError {
            return error.reason
        } catch {
            return nil
        }
    }

    private func failure(
        of work: () async throws(StoreError) -> Void
    ) async -> StoreError.Reason? {
        do throws(StoreError) {
            try await work()
            return nil
        } catch {
            return error.reason
        }
    }

    /// A store that has one key, closed again.
    private func makeStore() async throws {
        let store = try directory.open()
        _ = try await store.admitKeys([record])
        await store.close()
    }

    @Test("it is for its owner's eyes only, and alone holds the secret")
    func apart() async throws {
        try await makeStore()
        #expect(try directory.mode(of: "store.db.keys") == 0o600)
        let secret = Data(try #require(record.secret))
        #expect(try Data(contentsOf: keys).range(of: secret) != nil)
        let store = try Data(contentsOf: URL(fileURLWithPath: directory.path))
        #expect(store.range(of: secret) == nil)
    }

    @Test("a store whose keys are missing is not opened; an empty file accepts their loss")
    func missing() async throws {
        try await makeStore()
        try FileManager.default.removeItem(at: keys)
        #expect(reason { try directory.open() } == .keysMissing)
        try Data().write(to: keys)
        let store = try directory.open()
        let lost = try #require(try await store.keys(named: [record.name])[record.name])
        #expect(lost.secret == nil)
        #expect(!lost.isDestroyed)
        let other = SealingKeyRecord(
            name: record.name,
            id: [UInt8](repeating: 8, count: 16),
            secret: record.secret
        )
        #expect(try await store.admitKeys([other]) == [record.name: other])
        #expect(try await store.keys(named: [record.name]) == [record.name: other])
        await store.close()
    }

    @Test("a store that has sealed nothing needs none")
    func nothingSealed() async throws {
        await (try directory.open()).close()
        try FileManager.default.removeItem(at: keys)
        await (try directory.open()).close()
    }

    @Test("the keys of another store are refused")
    func foreign() async throws {
        try await makeStore()
        let other = try StoreDirectory()
        await (try other.open()).close()
        try FileManager.default.removeItem(at: keys)
        try FileManager.default.copyItem(atPath: other.path + ".keys", toPath: keys.path)
        #expect(reason { try directory.open() } == .keysAreForeign)
        try Data("something else".utf8).write(to: keys)
        #expect(reason { try directory.open() } == .keysAreForeign)
    }

    @Test("an old copy of the file brings a destroyed key back to nobody")
    func oldCopy() async throws {
        try await makeStore()
        let old = try Data(contentsOf: keys)
        let store = try directory.open()
        try await store.destroyKeys(through: record.name)
        await store.close()
        try old.write(to: keys)
        await (try directory.open()).close()
        let secret = Data(try #require(record.secret))
        #expect(old.range(of: secret) != nil)
        #expect(try Data(contentsOf: keys).range(of: secret) == nil)
    }

    @Test("a start that the power has cut short is made again; a file of a store with keys is not")
    func cutHeader() async throws {
        await (try directory.open()).close()
        let whole = try Data(contentsOf: keys)
        for kept in [0, 1, 20, 47] {
            for rest in [0, whole.count - kept] {
                try (whole.prefix(kept) + Data(count: rest)).write(to: keys)
                await (try directory.open()).close()
                #expect(try Data(contentsOf: keys) == whole)
            }
        }
        try await makeStore()
        try (whole.prefix(20) + Data(count: 44)).write(to: keys)
        #expect(reason { try directory.open() } == .keysAreForeign)
    }

    @Test("a file that cannot be read says nothing of a key: none is replaced, none is destroyed")
    func unreadable() async throws {
        let store = try directory.open()
        _ = try await store.admitKeys([record])
        // A directory is opened like a file, and reading it fails.
        let folder = FileManager.default.temporaryDirectory.path
        let broken = try SealingKeyFile(file: PosixFile.openForReading(folder))
        let other = SealingKeyRecord(
            name: record.name,
            id: [UInt8](repeating: 8, count: 16),
            secret: record.secret
        )
        let name = record.name
        let admission = await failure { () async throws(StoreError) in
            _ = try await store.writer.write { database in
                try SealingKeyStatements.admit(other, broken, database)?.record
            }
        }
        #expect(admission == .unavailable)
        let destruction = await failure { () async throws(StoreError) in
            try await store.writer.write { database in
                try SealingKeyStatements.destroy(through: name, broken, database)
            }
        }
        #expect(destruction == .unavailable)
        #expect(try await store.keys(named: [record.name]) == [record.name: record])
        await store.close()
    }

    @Test("a key with a changed byte is no key, and what is left of it goes when it is replaced")
    func damaged() async throws {
        try await makeStore()
        var bytes = try Data(contentsOf: keys)
        bytes[64 + 20] ^= 1
        try bytes.write(to: keys)
        let store = try directory.open()
        #expect(try await store.keys(named: [record.name])[record.name]?.secret == nil)
        let other = SealingKeyRecord(
            name: record.name,
            id: [UInt8](repeating: 8, count: 16),
            secret: record.secret
        )
        #expect(try await store.admitKeys([other]) == [record.name: other])
        await store.close()
        #expect(try Data(contentsOf: keys)[(64 + 16)..<(64 + 64)].allSatisfy { $0 == 0 })
    }
}
