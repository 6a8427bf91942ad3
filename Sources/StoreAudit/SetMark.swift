// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// A sum over hashes of things, whatever their order: two sets of things are the same where counts
/// and sums are, without either of them in memory.
struct SetMark: Hashable, Sendable {
    private(set) var count = 0
    private var sum: UInt128 = 0

    /// Adds a thing, named by its bytes.
    mutating func add(_ bytes: [UInt8]) {
        let (high, low) = Digest.sha256(bytes).prefix128
        sum &+= UInt128(high) << 64 | UInt128(low)
        count += 1
    }
}
