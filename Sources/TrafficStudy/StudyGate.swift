// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Synchronization

/// Lets so many in at a time, of one account and in all; nobody waits.
final class StudyGate: Sendable {
    private let limitOfAccount: Int
    private let limit: Int
    private let inside = Mutex<[AccountID: Int]>([:])

    init(ofAccount limitOfAccount: Int, inAll limit: Int) {
        self.limitOfAccount = limitOfAccount
        self.limit = limit
    }

    /// Runs `body` while its account has a place.
    ///
    /// - Throws: `StudyError.busy` without running it, and what it throws.
    func pass<Value>(_ account: AccountID, _ body: () async throws -> Value) async throws -> Value {
        try enter(account)
        defer { leave(account) }
        return try await body()
    }

    private func enter(_ account: AccountID) throws(StudyError) {
        let isIn = inside.withLock { inside in
            guard inside[account, default: 0] < limitOfAccount,
                inside.values.reduce(0, +) < limit
            else { return false }
            inside[account, default: 0] += 1
            return true
        }
        guard isIn else { throw .busy }
    }

    private func leave(_ account: AccountID) {
        inside.withLock { inside in
            let left = inside[account, default: 1] - 1
            inside[account] = left == 0 ? nil : left
        }
    }
}
