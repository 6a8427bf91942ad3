// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Synchronization

/// Lets this node's catalog changes through one at a time, in the order they came: all of them want
/// the same place, and side by side each would be too late for most of the others.
final class CatalogTurns: Sendable {
    private typealias Line = Deque<CheckedContinuation<Void, Never>>

    /// Who waits behind the one whose turn it is; nil while nobody has a turn.
    private let line = Mutex<Line?>(nil)

    /// Runs `body` when it is the caller's turn.
    func take<Value, Failure: Error>(
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        await begin()
        defer { end() }
        return try await body()
    }

    private func begin() async {
        await withCheckedContinuation { continuation in
            let isFree = line.withLock { line in
                guard line != nil else {
                    line = []
                    return true
                }
                line?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func end() {
        let next = line.withLock { line in
            let next = line?.popFirst()
            if next == nil { line = nil }
            return next
        }
        next?.resume()
    }
}
