// SPDX-License-Identifier: Apache-2.0

/// Writes messages in the wire format of Protocol Buffers: as much of it as traces need.
///
/// Fields with the default value of their type are left out, as proto3 has it.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case lengthDelimited = 2
        case fixed32 = 5
    }

    mutating func varint(_ field: Int, _ value: UInt64) {
        guard value != 0 else { return }
        always(field, varint: value)
    }

    /// The field even when it is zero: a choice between several has to be seen.
    mutating func always(_ field: Int, varint value: UInt64) {
        tag(field, .varint)
        raw(value)
    }

    mutating func fixed64(_ field: Int, _ value: UInt64) {
        guard value != 0 else { return }
        always(field, fixed64: value)
    }

    mutating func always(_ field: Int, fixed64 value: UInt64) {
        tag(field, .fixed64)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func fixed32(_ field: Int, _ value: UInt32) {
        guard value != 0 else { return }
        tag(field, .fixed32)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func text(_ field: Int, _ value: String) {
        guard !value.isEmpty else { return }
        always(field, text: value)
    }

    mutating func always(_ field: Int, text value: String) {
        tag(field, .lengthDelimited)
        raw(UInt64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    mutating func octets(_ field: Int, _ value: [UInt8]) {
        guard !value.isEmpty else { return }
        tag(field, .lengthDelimited)
        raw(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// A message within the message, also when it is empty.
    mutating func message(_ field: Int, _ write: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        write(&inner)
        tag(field, .lengthDelimited)
        raw(UInt64(inner.bytes.count))
        bytes.append(contentsOf: inner.bytes)
    }

    private mutating func tag(_ field: Int, _ type: WireType) {
        raw(UInt64(field) << 3 | type.rawValue)
    }

    private mutating func raw(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
