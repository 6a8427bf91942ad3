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

    @Test("a key with a changed byte is no key")
    func damaged() async throws {
        try await makeStore()
        var bytes = try Data(contentsOf: keys)
        bytes[64 + 20] ^= 1
        try bytes.write(to: keys)
        let store = try directory.open()
        #expect(try await store.keys(named: [record.name])[record.name]?.secret == nil)
        await store.close()
    }
}
