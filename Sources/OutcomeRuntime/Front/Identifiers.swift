// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
import Synchronization

/// Makes event ids.
///
/// No two are alike: milliseconds, 32 random bits, and the key's fingerprint.
public final class Identifiers: Sendable {
    private let random: Mutex<SplitMix64>

    /// Starts from a seed; a random one unless a test wants the same ids again.
    public init(seed: UInt64 = .random(in: .min ... .max)) {
        random = Mutex(SplitMix64(state: seed))
    }

    /// An id for an event of a partition.
    public func event(
        in partition: Partition,
        fingerprint: UInt64,
        at instant: Timestamp
    ) -> EventID {
        let bits = random.withLock { $0.next() }
        let milliseconds = UInt64(clamping: instant.microseconds / 1000)
        return EventID(
            partition: UInt16(truncatingIfNeeded: partition.number),
            fingerprint: fingerprint,
            unique: milliseconds << 16 | bits & 0xFFFF,
            salt: UInt16(truncatingIfNeeded: bits >> 16)
        )
    }
}

/// A small generator of well-mixed numbers (Steele, Lea, Flood: SplitMix, 2014).
///
/// Not for secrets.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
