// SPDX-License-Identifier: Apache-2.0

import DequeModule
import ExactValues
import Synchronization

/// Lets callers of one account through one at a time, in the order they came; those of others do
/// not wait for them.
///
/// Nobody leaves the line, so what is done in a turn has to be short. Each who waits is a request,
/// of which there are no more than connections.
final class AccountTurns: Sendable {
    private typealias Line = Deque<CheckedContinuation<Void, Never>>

    /// Who waits behind the one whose turn it is; absent while nobody has a turn.
    private let lines = Mutex<[AccountID: Line]>([:])

    /// Runs `body` when it is the caller's turn.
    func take<Value>(
        _ account: AccountID,
        _ body: () async throws -> Value
    ) async rethrows -> Value {
        await begin(account)
        defer { end(account) }
        return try await body()
    }

    private func begin(_ account: AccountID) async {
        await withCheckedContinuation { continuation in
            let isFree = lines.withLock { lines in
                guard lines[account] != nil else {
                    lines[account] = []
                    return true
                }
                lines[account]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func end(_ account: AccountID) {
        let next = lines.withLock { lines in
            let next = lines[account]?.popFirst()
            if next == nil { lines[account] = nil }
            return next
        }
        next?.resume()
    }
}
