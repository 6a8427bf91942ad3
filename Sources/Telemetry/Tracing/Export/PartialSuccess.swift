// SPDX-License-Identifier: Apache-2.0

/// How many spans a collector has left out, from the `ExportTraceServiceResponse` it answered.
///
/// Its message is not read: it may hold anything.
enum PartialSuccess {
    /// Zero when the answer is empty, or none that can be read.
    static func rejectedSpans(in answer: [UInt8]) -> Int {
        // partial_success = 1, and in it rejected_spans = 1.
        guard let success = message(1, in: answer[...]),
            let count = varint(1, in: success)
        else { return 0 }
        return Int(clamping: Int64(bitPattern: count))
    }

    private static func message(_ field: UInt64, in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>?
    {
        var rest = bytes
        while let (number, value) = next(in: &rest) {
            if number == field, case .octets(let octets) = value { return octets }
        }
        return nil
    }

    private static func varint(_ field: UInt64, in bytes: ArraySlice<UInt8>) -> UInt64? {
        var rest = bytes
        while let (number, value) = next(in: &rest) {
            if number == field, case .number(let found) = value { return found }
        }
        return nil
    }

    private enum Value {
        case number(UInt64)
        case octets(ArraySlice<UInt8>)
        case other
    }

    /// Takes a field from the front; nil at the end, or when it is of no good form.
    private static func next(in rest: inout ArraySlice<UInt8>) -> (UInt64, Value)? {
        guard let tag = number(in: &rest) else { return nil }
        let field = tag >> 3
        switch tag & 7 {
        case 0:
            return number(in: &rest).map { (field, .number($0)) }
        case 1:
            return skip(8, in: &rest) ? (field, .other) : nil
        case 2:
            guard let length = number(in: &rest), length <= UInt64(rest.count) else { return nil }
            let octets = rest.prefix(Int(length))
            rest = rest.dropFirst(Int(length))
            return (field, .octets(octets))
        case 5:
            return skip(4, in: &rest) ? (field, .other) : nil
        default:
            return nil
        }
    }

    private static func skip(_ count: Int, in rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.count >= count else { return false }
        rest = rest.dropFirst(count)
        return true
    }

    private static func number(in rest: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}
