// SPDX-License-Identifier: Apache-2.0

import Dispatch
import ExactValues
import Synchronization

/// Where passwords are hashed: threads of its own, each with 32 MiB at a time, and a bounded queue.
///
/// Neither the cooperative pool nor an event loop waits for it, and a flood of sign-ins takes no
/// more of the machine than these threads.
final class PasswordBench: Sendable {
    /// The threads that hash.
    static let threads = 2
    /// So many wait for a thread at most; the next one is told to come again.
    static let waitingLimitCallers = 16

    private let cost: PasswordCost
    private let queues: [DispatchQueue]
    // How many are on each queue.
    private let loads: Mutex<[Int]>

    init(cost: PasswordCost) {
        self.cost = cost
        queues = (0..<Self.threads).map { DispatchQueue(label: "assay-passwords-\($0)") }
        loads = Mutex(Array(repeating: 0, count: Self.threads))
    }

    /// Hashes a password; nil when too many wait.
    func hash(_ password: Text) async -> PasswordHash? {
        await run { [cost] in try? PasswordHash.make(of: password, cost: cost) }.flatMap(\.self)
    }

    /// Checks a password; nil when too many wait.
    ///
    /// Without a hash to check against it takes as long and is wrong.
    func check(_ password: Text, against hash: PasswordHash?) async -> PasswordVerdict? {
        await run { [cost] in
            guard let hash else {
                _ = Self.nobody(cost).matches(password)
                return .wrong
            }
            guard hash.matches(password) else { return .wrong }
            let isOutdated = hash.isOutdated(for: cost)
            return .right(renewed: isOutdated ? try? .make(of: password, cost: cost) : nil)
        }
    }

    /// What the password of somebody who is not there is checked against.
    private static func nobody(_ cost: PasswordCost) -> PasswordHash {
        let parameters = "ln=\(cost.logBlocks),r=\(cost.blockSize),p=\(cost.parallelism)"
        let salt = Base64.encode(Array(repeating: 0, count: PasswordHash.saltByteCount))
        let key = Base64.encode(Array(repeating: 0, count: PasswordHash.keyByteCount))
        return PasswordHash(stored: "scrypt$\(parameters)$\(salt)$\(key)")
    }

    private func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value? {
        let number = loads.withLock { loads -> Int? in
            guard loads.reduce(0, +) < Self.threads + Self.waitingLimitCallers,
                let number = loads.indices.min(by: { loads[$0] < loads[$1] })
            else { return nil }
            loads[number] += 1
            return number
        }
        guard let number else { return nil }
        return await withCheckedContinuation { waiting in
            queues[number].async { [self] in
                let value = work()
                loads.withLock { $0[number] -= 1 }
                waiting.resume(returning: value)
            }
        }
    }
}

/// What came of checking a password.
enum PasswordVerdict: Sendable {
    /// It is the one; `renewed` is its hash at today's cost, where the old one is outdated.
    case right(renewed: PasswordHash?)
    case wrong
}
