// SPDX-License-Identifier: Apache-2.0

/// Which traces are recorded.
///
/// A span with a parent does as its parent does, wherever that runs. A trace that begins here is
/// chosen by its id, so that every service that goes by the same ratio chooses the same.
public struct TraceSampling: Hashable, Sendable {
    /// The share of the traces that begin here, 0 to 1.
    public let ratio: Double

    /// Nil when the ratio is not from 0 to 1.
    public init?(ratio: Double) {
        guard (0...1).contains(ratio) else { return nil }
        self.ratio = ratio
    }

    /// Every trace.
    public static let all = TraceSampling(always: ())

    private init(always: Void) { ratio = 1 }

    /// Whether a trace that begins here is recorded.
    func includes(trace: UInt128) -> Bool {
        guard ratio < 1 else { return true }
        // The bits that the recommendation calls random: the lower seven bytes.
        let bits = UInt64(truncatingIfNeeded: trace) & 0x00FF_FFFF_FFFF_FFFF
        return Double(bits) < ratio * Double(UInt64(1) << 56)
    }
}
