// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Where a request belongs in a distributed trace: the values of W3C Trace Context's `traceparent`
/// and `tracestate`.
public struct TraceContext: Hashable, Sendable {
    /// A `tracestate` of more bytes is dropped; the recommendation asks for at least 512.
    public static let stateLimitBytes = 512

    /// The 16 bytes that name the whole trace, not all zero.
    private let trace: [UInt8]
    /// The 8 bytes that name the caller's span, not all zero.
    private let parent: [UInt8]
    /// The flags this version knows: sampled and random; others are not passed on.
    private let flags: UInt8
    /// The `tracestate` that came with it, passed on as it is.
    public let state: String?

    private static let sampledFlag: UInt8 = 0x01
    private static let knownFlags: UInt8 = 0x03
    private static let byteCount = 55

    /// Reads the values of the two headers.
    ///
    /// Nil when `traceparent` is not exactly of the form the recommendation gives: lower-case
    /// digits, ids that are not zero, no version `ff`, nothing after the flags in version `00`.
    /// A later version is read as far as this one goes. A `tracestate` that is too long or not
    /// printable ASCII is dropped.
    public init?(traceparent: String, tracestate: String? = nil) {
        let bytes = Array(traceparent.utf8)
        guard bytes.count >= Self.byteCount,
            bytes[2] == 0x2D, bytes[35] == 0x2D, bytes[52] == 0x2D,
            let version = Self.octets(bytes[0..<2])?.first, version != 0xFF,
            let trace = Self.octets(bytes[3..<35]), trace.contains(where: { $0 != 0 }),
            let parent = Self.octets(bytes[36..<52]), parent.contains(where: { $0 != 0 }),
            let flags = Self.octets(bytes[53..<55])?.first
        else { return nil }
        if bytes.count > Self.byteCount {
            guard version > 0, bytes[Self.byteCount] == 0x2D else { return nil }
        }
        self.trace = trace
        self.parent = parent
        self.flags = flags & Self.knownFlags
        state = tracestate.flatMap { Self.isPassable($0) ? $0 : nil }
    }

    /// The trace's id: 32 lower-case hexadecimal digits.
    public var traceID: String { Hex.encode(trace) }

    /// The id of the caller's span: 16 lower-case hexadecimal digits.
    public var parentID: String { Hex.encode(parent) }

    /// Whether the caller may have recorded the trace.
    public var isSampled: Bool { flags & Self.sampledFlag != 0 }

    /// The value of `traceparent`, version `00`.
    public var traceparent: String { "00-\(traceID)-\(parentID)-\(Hex.encode([flags]))" }

    private static func octets(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
        let isLowerCase = digits.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
        }
        return isLowerCase ? Hex.decode(String(decoding: digits, as: UTF8.self)) : nil
    }

    private static func isPassable(_ state: String) -> Bool {
        (1...stateLimitBytes).contains(state.utf8.count)
            && state.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
