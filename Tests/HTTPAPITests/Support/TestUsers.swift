// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

@testable import HTTPAPI

/// Users 7 and 8 of the live account and 9 of the sandbox, who sign in by saying so.
struct TestUsers: UserRegistry {
    static let internalKey = "an-internal-key-of-tests"

    private static let accounts: [Int64: String] = [
        7: "acct_live", 8: "acct_live", 9: "acct_sandbox",
    ]

    func isMember(_ user: Int64, of account: AccountID) async throws(StoreError) -> Bool {
        Self.accounts[user] == account.text.string
    }

    func sessionUser(_ cookies: String) async throws(StoreError) -> SessionUser? {
        guard cookies.hasPrefix("test="), let number = Int64(cookies.dropFirst(5)),
            let account = Self.accounts[number].flatMap({ AccountID($0) })
        else { return nil }
        return SessionUser(number: number, account: account)
    }
}
