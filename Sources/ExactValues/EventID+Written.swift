// SPDX-License-Identifier: Apache-2.0

// The same text form as `description`, without arrays on the way: there are several ids in every
// event.
extension EventID {
    /// How many bytes the text form has: `evt_` and 32 characters.
    public static let writtenByteCount = 36

    private static let writtenAlphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"

    /// Reads the text form; nil for anything that is not exactly one.
    public init?(written text: UnsafeBufferPointer<UInt8>) {
        guard text.count == Self.writtenByteCount, text[0] == 0x65, text[1] == 0x76,
            text[2] == 0x74, text[3] == 0x5F
        else { return nil }
        // 160 bits: 16 of the partition, 64 of the fingerprint, 64 unique, 16 of salt.
        var high: UInt128 = 0
        var low: UInt64 = 0
        var every: UInt8 = 0
        for group in stride(from: 4, to: 28, by: 12) {
            var bits: UInt64 = 0
            for index in group..<(group + 12) {
                let value = Self.value(text[index])
                every |= value
                bits = bits << 5 | UInt64(value & 31)
            }
            high = high << 60 | UInt128(bits)
        }
        for index in 28..<Self.writtenByteCount {
            let value = Self.value(text[index])
            every |= value
            low = low << 5 | UInt64(value & 31)
        }
        guard every < 32 else { return nil }
        // `high` holds the first 120 bits, `low` the last 40.
        let unique = UInt64(truncatingIfNeeded: high & 0xFF_FFFF_FFFF) << 24 | low >> 16
        self.init(
            partition: UInt16(truncatingIfNeeded: high >> 104),
            fingerprint: UInt64(truncatingIfNeeded: high >> 40),
            unique: unique,
            salt: UInt16(truncatingIfNeeded: low)
        )
    }

    /// From "0" to "z", the value of each character as a character from "0" on; "~" for none.
    private static let writtenValues: StaticString =
        "0123456789~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~:;<=>?@A~BC~DE~FGHIJ~KLMNO"

    /// The value of a character; 32 or more for one that has none.
    private static func value(_ character: UInt8) -> UInt8 {
        let index = Int(character) - 0x30
        guard index >= 0, index < writtenValues.utf8CodeUnitCount else { return 0xFF }
        return writtenValues.utf8Start[index] &- 0x30
    }

    /// Writes the text form to 36 bytes.
    public func write(to buffer: UnsafeMutableBufferPointer<UInt8>) {
        buffer[0] = 0x65
        buffer[1] = 0x76
        buffer[2] = 0x74
        buffer[3] = 0x5F
        let characters = Self.writtenAlphabet.utf8Start
        var high =
            UInt128(partition) << 104 | UInt128(fingerprint) << 40 | UInt128(unique >> 24)
        var low = (unique & 0xFF_FFFF) << 16 | UInt64(salt)
        for index in stride(from: 27, through: 4, by: -1) {
            buffer[index] = characters[Int(truncatingIfNeeded: high & 31)]
            high >>= 5
        }
        for index in stride(from: 35, through: 28, by: -1) {
            buffer[index] = characters[Int(truncatingIfNeeded: low & 31)]
            low >>= 5
        }
    }
}
