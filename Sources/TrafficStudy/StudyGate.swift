// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Synchronization

/// Lets so many in at a time, of one account and in all; nobody waits.
final class StudyGate: Sendable {
    private let limitOfAccount: Int
    private let limit: Int
    private let changed: @Sendable (Int) -> Void
    private let inside = Mutex<[AccountID: Int]>([:])

    /// `changed`: Told how many are inside, each time that is another number.
    init(
        ofAccount limitOfAccount: Int,
        inAll limit: Int,
        changed: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.limitOfAccount = limitOfAccount
        self.limit = limit
        self.changed = changed
    }

    /// Takes a place, which is free again once it is left or let go of.
    func enter(_ account: AccountID) throws(StudyError) -> StudyPlace {
        let isIn = inside.withLock { inside in
            let all = inside.values.reduce(0, +)
            guard inside[account, default: 0] < limitOfAccount, all < limit else { return false }
            inside[account, default: 0] += 1
            changed(all + 1)
            return true
        }
        guard isIn else { throw .busy }
        return StudyPlace { self.leave(account) }
    }

    private func leave(_ account: AccountID) {
        inside.withLock { inside in
            let left = inside[account, default: 1] - 1
            inside[account] = left == 0 ? nil : left
            changed(inside.values.reduce(0, +))
        }
    }
}

/// A place behind the gate.
final class StudyPlace: Sendable {
    private let release: @Sendable () -> Void
    private let isLeft = Mutex(false)

    init(_ release: @escaping @Sendable () -> Void) { self.release = release }

    deinit { leave() }

    /// Gives the place to others; again changes nothing.
    func leave() {
        let wasLeft = isLeft.withLock { isLeft in
            defer { isLeft = true }
            return isLeft
        }
        if !wasLeft { release() }
    }
}
