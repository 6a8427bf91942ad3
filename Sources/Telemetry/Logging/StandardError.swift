// SPDX-License-Identifier: Apache-2.0

public import ExactValues

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The process's standard error and its clock, as log lines need them.
public enum StandardError {
    private static let microsecondsPerSecond: Int64 = 1_000_000
    private static let nanosecondsPerMicrosecond: Int64 = 1000

    /// Writes all bytes, with one call where the system takes them at once.
    ///
    /// So lines of several threads do not mix. What cannot be written is lost: there is nowhere to
    /// say so.
    public static func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = systemWrite(UnsafeRawBufferPointer(rebasing: rest))
                if written > 0 {
                    rest = rest.dropFirst(written)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }

    /// The system's time of day.
    public static func now() -> Timestamp {
        var time = timespec()
        guard clock_gettime(CLOCK_REALTIME, &time) == 0 else { return .earliest }
        let microseconds =
            Int64(time.tv_sec) * microsecondsPerSecond
            + Int64(time.tv_nsec) / nanosecondsPerMicrosecond
        return Timestamp(microseconds: microseconds) ?? .earliest
    }
}

/// The system's `write`, which inside the type its own would hide.
private func systemWrite(_ bytes: UnsafeRawBufferPointer) -> Int {
    write(STDERR_FILENO, bytes.baseAddress, bytes.count)
}
