// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Foundation
import Identity
import Testing

@testable import AssayApp
@testable import SQLiteStore

@Suite("Users are copied")
struct UserCopyTests {
    @Test("more than a page of them, each with number, hash and memberships, and again is nothing")
    func everybody() async throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("assay-users-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let stores = try ["from", "to"].map { name in
            try SQLiteUsers.open(
                beside: directory.appendingPathComponent(name).path,
                of: .sha256(Array(name.utf8))
            )
        }
        let account = try #require(AccountID("acct_one"))
        let other = try #require(AccountID("acct_two"))
        let hash = PasswordHash(stored: "scrypt$")
        let count = UserCopy.pageLimitUsers + 1
        try await stores[0].write { database in
            for number in 1...count {
                guard let email = Email(Text("user\(number)@example.com")),
                    let user = try UserStatements.insert(email, "A", hash, at: .earliest, database)
                else { continue }
                for account in [account, other] {
                    try UserStatements.add(
                        user.id,
                        to: account,
                        as: .finance,
                        at: .earliest,
                        database
                    )
                }
            }
        }
        for _ in 0..<2 {
            #expect(try await UserCopy.run(from: stores[0], to: stores[1]) == count)
        }
        for account in [account, other] {
            let members = try await stores.asyncMap {
                try await $0.members(of: account, after: nil, limit: 2 * count)
            }
            #expect(members[0].count == count)
            #expect(members[0] == members[1])
        }
        for store in stores { await store.close() }
    }
}

extension [SQLiteUsers] {
    fileprivate func asyncMap<Value>(
        _ transform: (SQLiteUsers) async throws -> Value
    ) async rethrows -> [Value] {
        var values: [Value] = []
        for store in self { values.append(try await transform(store)) }
        return values
    }
}
