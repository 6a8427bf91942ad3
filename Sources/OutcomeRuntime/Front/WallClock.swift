// SPDX-License-Identifier: Apache-2.0

public import ExactValues
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The server's clock, behind a port so that tests can move it.
public protocol WallClock: Sendable {
    /// Reads the clock once.
    func read() -> ClockReading
}

/// One reading of a clock: what it says, and whether that can be trusted.
///
/// While there is doubt, intake answers 503 and no timer fires.
public struct ClockReading: Hashable, Sendable {
    /// What the clock says, in doubt or not.
    public let now: Timestamp
    /// Why it cannot be trusted; nil when it can.
    public let doubt: String?

    /// Puts a reading together.
    public init(now: Timestamp, doubt: String?) {
        self.now = now
        self.doubt = doubt
    }

    /// What the clock says, when that can be trusted.
    public var trusted: Timestamp? { doubt == nil ? now : nil }
}

extension WallClock {
    /// The time now; in doubt or not, this is what the clock says.
    ///
    /// Who also asks for doubt takes both from one reading.
    public func now() -> Timestamp { read().now }

    /// Why the clock cannot be trusted at the moment; nil when it can.
    public var doubt: String? { read().doubt }
}

/// The machine's clock, watched for jumps against its steady clock.
///
/// A jump of more than a minute, or a start more than a minute before what the store has already
/// seen, puts the clock in doubt until it agrees again or an operator accepts it.
public final class SystemWallClock: WallClock {
    /// A difference of more than this is a jump.
    public static let jumpLimitMicroseconds: Int64 = 60_000_000

    private struct State {
        /// Wall time minus steady time, as last agreed.
        var agreedOffset: Int64
        /// The latest time the store has seen; the clock is in doubt while it is far before this.
        var seen: Timestamp?
        /// By how much the clock is ahead of the store's, as last compared; nil when it has yet to
        /// be compared.
        var ahead: Int64?
        var doubt: String?
    }

    private let readings: @Sendable () -> (wall: Int64, steady: Int64)
    private let state: Mutex<State>

    /// Starts to watch the machine's clock.
    ///
    /// - Parameters:
    ///   - seen: The latest time the store has seen; nil to accept the clock as it is.
    ///   - isCompared: Whether it is in doubt until it has been compared with the store's clock.
    ///   - readings: The two clocks in microseconds; the machine's own unless a test brings others.
    public init(
        seen: Timestamp? = nil,
        isCompared: Bool = false,
        readings: @escaping @Sendable () -> (wall: Int64, steady: Int64) = SystemWallClock.machine
    ) {
        self.readings = readings
        let first = readings()
        state = Mutex(
            State(
                agreedOffset: first.wall - first.steady,
                seen: seen,
                ahead: isCompared ? nil : 0
            )
        )
    }

    /// An operator vouches for the clock as it is now.
    public func accept() {
        let (wall, steady) = readings()
        state.withLock { state in
            state.agreedOffset = wall - steady
            state.seen = nil
            state.doubt = nil
        }
    }

    /// Tells by how many microseconds the clock is ahead of the store's.
    ///
    /// While that is more than a minute either way, the clock is in doubt: several nodes would give
    /// one partition times that do not belong together. A jump that ends such a difference was a
    /// correction and needs nobody to accept it.
    public func compare(ahead microseconds: Int64) {
        let (wall, steady) = readings()
        state.withLock { state in
            let limit = Self.jumpLimitMicroseconds
            if let ahead = state.ahead, abs(ahead) > limit, abs(microseconds) <= limit {
                state.agreedOffset = wall - steady
            }
            state.ahead = microseconds
        }
    }

    /// Reads the machine's clock and judges it.
    public func read() -> ClockReading {
        let (wall, steady) = readings()
        let now = Timestamp(microseconds: max(0, wall)) ?? .latest
        let doubt = state.withLock { state in
            Self.judge(&state, now: now, offset: wall - steady)
            return state.doubt
        }
        return ClockReading(now: now, doubt: doubt)
    }

    private static func judge(_ state: inout State, now: Timestamp, offset: Int64) {
        if let seen = state.seen, seen.microseconds(since: now) > jumpLimitMicroseconds {
            state.doubt = "the clock is behind \(seen), which the store has already seen"
            return
        }
        if state.seen != nil {
            // From here on it is watched: what it said before was never believed.
            state.agreedOffset = offset
            state.seen = nil
        }
        guard abs(offset - state.agreedOffset) <= jumpLimitMicroseconds else {
            state.doubt = "the clock has jumped by more than a minute"
            return
        }
        guard let ahead = state.ahead else {
            state.doubt = "the clock has not been compared with the database's yet"
            return
        }
        guard abs(ahead) <= jumpLimitMicroseconds else {
            state.doubt = "the clock differs from the database's by more than a minute"
            return
        }
        state.agreedOffset = offset
        state.doubt = nil
    }

    /// The machine's wall clock and its steady clock, in microseconds.
    public static func machine() -> (wall: Int64, steady: Int64) {
        (microseconds(CLOCK_REALTIME), microseconds(steadyClock))
    }

    #if os(Linux)
    private static let steadyClock = CLOCK_BOOTTIME
    #else
    private static let steadyClock = CLOCK_MONOTONIC
    #endif

    private static func microseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
