// SPDX-License-Identifier: Apache-2.0

import ExactValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The machine's wall clock, for what is noted of a write and decides nothing.
enum MachineClock {
    /// What it says.
    static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let microseconds = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
        return Timestamp(microseconds: max(0, microseconds)) ?? .latest
    }
}
