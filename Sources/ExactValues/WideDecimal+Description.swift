// SPDX-License-Identifier: Apache-2.0

import BigInt

extension WideDecimal: CustomStringConvertible {
    /// The most bytes of a coefficient of 128 bits.
    private static let maximumNarrowDigits = 39

    /// The plain form: no exponent, no trailing zeros (SPEC 2, Values).
    public var description: String {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the plain form as UTF-8.
    public func write(into bytes: inout [UInt8]) {
        if isNegative { bytes.append(0x2D) }
        switch storage {
        case .narrow(let coefficient, let places):
            withUnsafeTemporaryAllocation(
                of: UInt8.self,
                capacity: Self.maximumNarrowDigits
            ) { buffer in
                let start = Digits.write(
                    coefficient.magnitude,
                    endingAt: buffer.count,
                    in: buffer
                )
                Self.append(
                    UnsafeBufferPointer(rebasing: buffer[start...]),
                    places: places,
                    to: &bytes
                )
            }
        case .wide(let coefficient, let places):
            Array(String(coefficient.magnitude).utf8).withUnsafeBufferPointer { digits in
                Self.append(digits, places: places, to: &bytes)
            }
        }
    }

    private static func append(
        _ digits: UnsafeBufferPointer<UInt8>,
        places: Int,
        to bytes: inout [UInt8]
    ) {
        let integerDigits = digits.count - places
        if integerDigits > 0 {
            bytes.append(contentsOf: digits[..<integerDigits])
        } else {
            bytes.append(0x30)
        }
        guard places > 0 else { return }
        bytes.append(0x2E)
        bytes.append(contentsOf: repeatElement(0x30, count: max(0, -integerDigits)))
        bytes.append(contentsOf: digits[max(0, integerDigits)...])
    }
}
