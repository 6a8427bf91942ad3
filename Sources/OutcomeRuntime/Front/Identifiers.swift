// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
import Synchronization

/// Makes event ids: no two are alike, and those of one key and process come in order.
///
/// After the key's fingerprint an id has the milliseconds and a counter of 32 bits that starts
/// anywhere: within a millisecond no process makes four thousand million ids, and two processes
/// would have to be at the same count in the same millisecond for the same key.
public final class Identifiers: Sendable {
    private let count: Atomic<UInt32>

    /// Starts to count; anywhere, unless a test wants the same ids again.
    public init(start: UInt32 = .random(in: .min ... .max)) {
        count = Atomic(start)
    }

    /// An id for an event of a partition.
    public func event(
        in partition: Partition,
        fingerprint: UInt64,
        at instant: Timestamp
    ) -> EventID {
        let count = count.wrappingAdd(1, ordering: .relaxed).newValue
        let milliseconds = UInt64(clamping: instant.microseconds / 1000)
        return EventID(
            partition: UInt16(truncatingIfNeeded: partition.number),
            fingerprint: fingerprint,
            unique: milliseconds << 16 | UInt64(count >> 16),
            salt: UInt16(truncatingIfNeeded: count)
        )
    }
}
