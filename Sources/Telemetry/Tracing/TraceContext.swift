// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Where a request belongs in a distributed trace: the values of W3C Trace Context's `traceparent`
/// and `tracestate`.
public struct TraceContext: Hashable, Sendable {
    /// A `tracestate` of more bytes is dropped; the recommendation asks for at least 512.
    public static let stateLimitBytes = 512

    /// What names the whole trace, not zero.
    let trace: UInt128
    /// What names the caller's span, not zero.
    let span: UInt64
    /// The flags this version knows: sampled and random; others are not passed on.
    let flags: UInt8
    /// The `tracestate` that came with it, passed on as it is.
    public let state: String?

    static let sampledFlag: UInt8 = 0x01
    /// The trace's id is random in its lower 7 bytes at least.
    static let randomFlag: UInt8 = 0x02
    private static let knownFlags: UInt8 = 0x03
    private static let byteCount = 55

    /// A span's place in a trace; neither id may be zero.
    init(trace: UInt128, span: UInt64, flags: UInt8, state: String?) {
        self.trace = trace
        self.span = span
        self.flags = flags
        self.state = state
    }

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
            let trace = Self.octets(bytes[3..<35]).map(Self.number(UInt128.self)), trace != 0,
            let span = Self.octets(bytes[36..<52]).map(Self.number(UInt64.self)), span != 0,
            let flags = Self.octets(bytes[53..<55])?.first
        else { return nil }
        if bytes.count > Self.byteCount {
            guard version > 0, bytes[Self.byteCount] == 0x2D else { return nil }
        }
        self.trace = trace
        self.span = span
        self.flags = flags & Self.knownFlags
        state = tracestate.flatMap { Self.isPassable($0) ? $0 : nil }
    }

    /// The trace's id: 32 lower-case hexadecimal digits.
    public var traceID: String { Hex.encode(Self.octets(trace)) }

    /// The id of the caller's span: 16 lower-case hexadecimal digits.
    public var parentID: String { Hex.encode(Self.octets(span)) }

    /// Whether the caller may have recorded the trace.
    public var isSampled: Bool { flags & Self.sampledFlag != 0 }

    /// The same place, recorded or not.
    func with(isSampled: Bool) -> TraceContext {
        let others = flags & ~Self.sampledFlag
        return TraceContext(
            trace: trace,
            span: span,
            flags: isSampled ? others | Self.sampledFlag : others,
            state: state
        )
    }

    /// The value of `traceparent`, version `00`.
    public var traceparent: String { "00-\(traceID)-\(parentID)-\(Hex.encode([flags]))" }

    /// A number's bytes, the highest first.
    static func octets<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    private static func number<Number: FixedWidthInteger>(
        _ type: Number.Type
    ) -> ([UInt8]) -> Number {
        { octets in octets.reduce(0) { $0 << 8 | Number($1) } }
    }

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
