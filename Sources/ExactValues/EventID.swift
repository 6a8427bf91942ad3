// SPDX-License-Identifier: Apache-2.0

/// Names one accepted event, chosen before the event is written.
///
/// Twenty bytes: the partition (2), the first eight bytes of the key's fingerprint, and ten bytes
/// that no other event has. So an id alone tells its partition and leads to its stream (SPEC 8: no
/// read has to ask everywhere).
public struct EventID: Hashable, Sendable, CustomStringConvertible {
    /// The number of the partition that holds the event.
    public let partition: UInt16
    /// The first eight bytes of SHA-256(account id, 0x00, outcome key).
    public let fingerprint: UInt64
    /// Milliseconds in the upper 48 bits, the upper half of a counter below: ordered by time.
    public let unique: UInt64
    /// The lower half of the counter.
    public let salt: UInt16

    /// Puts an id together from its parts.
    public init(partition: UInt16, fingerprint: UInt64, unique: UInt64, salt: UInt16) {
        self.partition = partition
        self.fingerprint = fingerprint
        self.unique = unique
        self.salt = salt
    }

    /// The number of bytes of an id.
    public static let byteCount = 20

    /// The id as its twenty bytes, big-endian.
    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    /// Runs `body` on the twenty bytes; the pointer is valid only inside `body`.
    public func withUnsafeBytes<R>(
        _ body: (UnsafeRawBufferPointer) throws -> R
    ) rethrows -> R {
        // Five words of 32 bits, so that nothing lies between them.
        let words = (
            Self.word(UInt64(partition) << 16 | fingerprint >> 48),
            Self.word(fingerprint >> 16),
            Self.word(fingerprint << 16 | unique >> 48),
            Self.word(unique >> 16),
            Self.word(unique << 16 | UInt64(salt))
        )
        return try Swift.withUnsafeBytes(of: words, body)
    }

    private static func word(_ bits: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: bits).bigEndian
    }

    /// Reads an id from its twenty bytes; nil for any other number of bytes.
    public init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount else { return nil }
        func word<Word: FixedWidthInteger>(_ offset: Int, _ type: Word.Type) -> Word {
            Word(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
        }
        partition = word(0, UInt16.self)
        fingerprint = word(2, UInt64.self)
        unique = word(10, UInt64.self)
        salt = word(18, UInt16.self)
    }

    /// Reads an id from its twenty bytes; nil for any other number of bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard let id = Array(bytes).withUnsafeBytes(Self.init(bytes:)) else { return nil }
        self = id
    }
}

// MARK: Text form

extension EventID {
    private static let prefix: [UInt8] = Array("evt_".utf8)
    private static let alphabet: [UInt8] = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() {
            values[Int(character)] = UInt8(value)
        }
        return values
    }()

    /// `evt_` and 32 characters of Crockford's base 32, lower case.
    public var description: String {
        let text = asciiBytes
        return String(unsafeUninitializedCapacity: text.count) { buffer in
            _ = buffer.initialize(from: text)
            return text.count
        }
    }

    /// The text form as bytes.
    public var asciiBytes: [UInt8] {
        var text = Self.prefix
        text.reserveCapacity(36)
        var accumulator: UInt64 = 0
        var bits = 0
        for byte in bytes {
            accumulator = (accumulator << 8 | UInt64(byte)) & 0xFFFF_FFFF
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(Self.alphabet[Int(accumulator >> UInt64(bits)) & 31])
            }
        }
        return text
    }

    /// Reads the text form; nil for anything that is not exactly one.
    public init?(_ text: String) {
        let utf8 = Array(text.utf8)
        guard utf8.count == 36, utf8.starts(with: Self.prefix) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        var accumulator: UInt64 = 0
        var bits = 0
        for character in utf8.dropFirst(4) {
            let value = Self.values[Int(character)]
            guard value != 0xFF else { return nil }
            accumulator = (accumulator << 5 | UInt64(value)) & 0xFFFF_FFFF
            bits += 5
            guard bits >= 8 else { continue }
            bits -= 8
            bytes.append(UInt8(truncatingIfNeeded: accumulator >> UInt64(bits)))
        }
        self.init(bytes: bytes)
    }
}
