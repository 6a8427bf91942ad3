// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A floating-point number that several threads may set and add to.
struct AtomicNumber: ~Copyable {
    private let bits = Atomic<UInt64>(0)

    func load() -> Double {
        Double(bitPattern: bits.load(ordering: .relaxed))
    }

    func store(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    func add(_ amount: Double) {
        var known = bits.load(ordering: .relaxed)
        while true {
            let sum = Double(bitPattern: known) + amount
            let attempt = bits.weakCompareExchange(
                expected: known,
                desired: sum.bitPattern,
                ordering: .relaxed
            )
            if attempt.exchanged { return }
            known = attempt.original
        }
    }
}
