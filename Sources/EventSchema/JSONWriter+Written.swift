// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

// Members of written forms that `JSONWriter` itself does not know.
extension JSONWriter {
    /// Writes a member whose value is an event's id.
    mutating func member(_ name: StaticString, _ id: EventID) {
        self.name(name)
        withUnsafeTemporaryAllocation(
            of: UInt8.self, capacity: EventID.writtenByteCount + 2
        ) { buffer in
            buffer[0] = 0x22
            id.write(to: UnsafeMutableBufferPointer(rebasing: buffer[1...]))
            buffer[buffer.count - 1] = 0x22
            raw(UnsafeBufferPointer(buffer))
        }
    }

    /// Writes a member whose value is a string, a number or a boolean.
    mutating func member(_ name: StaticString, _ value: SignalValue) {
        self.name(name)
        switch value {
        case .string(let text): self.text(text)
        case .number(let number): decimal(number)
        case .boolean(let bool): self.bool(bool)
        }
    }

    /// Writes a member whose value is the hexadecimal form of a digest.
    mutating func member(_ name: StaticString, _ digest: Digest) {
        self.name(name)
        hex(digest)
    }

    /// Writes a member whose value is a place or a count.
    mutating func member(_ name: StaticString, _ value: Int64) {
        self.name(name)
        integer(Int(value))
    }

    /// Writes a member whose value is a constant, quotes included.
    mutating func member(_ name: StaticString, written value: StaticString) {
        self.name(name)
        raw(value.utf8Bytes)
    }

    /// Writes a currency with its exponent, which may change in the list while this stays.
    mutating func members(_ currency: Currency) {
        member("currency", currency.code)
        member("currency_exponent", currency.exponent)
    }
}

extension StaticString {
    /// The bytes; they live as long as the program.
    var utf8Bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}
