// SPDX-License-Identifier: Apache-2.0

/// Where new traces and spans get their ids from.
///
/// Nothing is derived from them but whether a trace is sampled, so any even source does.
public struct TraceIDSource: Sendable {
    private let random: @Sendable () -> UInt64

    /// `random`: Sixty-four random bits; asked again when they are all zero.
    public init(random: @escaping @Sendable () -> UInt64) {
        self.random = random
    }

    /// The system's random numbers.
    public static let system = TraceIDSource {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    func nextTrace() -> UInt128 {
        // Both halves are nonzero: samplers look at the lower one alone.
        UInt128(nextSpan()) << 64 | UInt128(nextSpan())
    }

    func nextSpan() -> UInt64 {
        while true {
            let bits = random()
            if bits != 0 { return bits }
        }
    }
}
