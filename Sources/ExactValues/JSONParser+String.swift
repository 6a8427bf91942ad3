// SPDX-License-Identifier: Apache-2.0

extension JSONParser {
    /// Reads the string whose opening quote stands here.
    mutating func string() throws(JSONError) -> Text {
        position += 1
        let start = position
        try skipPlain()
        guard position < bytes.count else { throw error(.truncated) }
        guard bytes[position] != 0x22 else {
            let text = Text(valid: UnsafeBufferPointer(rebasing: bytes[start..<position]))
            position += 1
            return text
        }
        return try escapedString(from: start)
    }

    /// Goes to the next byte that does not stand for itself: a quote, a backslash, a control.
    ///
    /// What lies between is checked to be UTF-8, unless it was seen to be ASCII on the way.
    @inline(__always)
    private mutating func skipPlain() throws(JSONError) {
        let raw = UnsafeRawBufferPointer(bytes)
        let start = position
        var seen: UInt64 = 0
        var found: UInt64 = 0
        while found == 0, position + 8 <= raw.count {
            let word = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            seen |= word
            found = JSONEscapes.mask(UInt64(littleEndian: word))
            position += found == 0 ? 8 : found.trailingZeroBitCount >> 3
        }
        while found == 0, position < raw.count, !JSONEscapes.isNeeded(raw[position]) {
            seen |= UInt64(raw[position])
            position += 1
        }
        if seen & UTF8Check.tops != 0 { try check(start..<position) }
    }

    /// Reads on in a string that has escapes; what stands before the first is plain.
    private mutating func escapedString(from start: Int) throws(JSONError) -> Text {
        var content = Array(bytes[start..<position])
        while true {
            guard position < bytes.count else { throw error(.truncated) }
            switch bytes[position] {
            case 0x22:
                let text = content.withUnsafeBufferPointer { Text(valid: $0) }
                position += 1
                return text
            case 0x5C:
                try escape(into: &content)
            default:
                throw unexpected()
            }
            let plain = position
            try skipPlain()
            content.append(contentsOf: bytes[plain..<position])
        }
    }

    private mutating func escape(into content: inout [UInt8]) throws(JSONError) {
        position += 1
        guard position < bytes.count else { throw error(.truncated) }
        switch bytes[position] {
        case 0x22, 0x5C, 0x2F: content.append(bytes[position])
        case 0x62: content.append(0x08)
        case 0x66: content.append(0x0C)
        case 0x6E: content.append(0x0A)
        case 0x72: content.append(0x0D)
        case 0x74: content.append(0x09)
        case 0x75:
            try unicodeEscape(into: &content)
            return
        default: throw unexpected()
        }
        position += 1
    }

    /// Reads `\u` and four digits, or two of them that are a surrogate pair; `position` is the u.
    private mutating func unicodeEscape(into content: inout [UInt8]) throws(JSONError) {
        let start = position - 1
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) {
            guard first != 0 else { throw JSONError(kind: .nulCharacter, offset: start) }
            content.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            return
        }
        let lone = JSONError(kind: .invalidUTF8, offset: start)
        guard first < 0xDC00, position + 1 < bytes.count, bytes[position] == 0x5C,
            bytes[position + 1] == 0x75
        else {
            throw position < bytes.count ? lone : error(.truncated)
        }
        position += 1
        let second = try codeUnit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(
                0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
            )
        else { throw lone }
        content.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private mutating func codeUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            position += 1
            guard position < bytes.count else { throw error(.truncated) }
            guard let digit = Hex.value(bytes[position]) else { throw unexpected() }
            unit = unit << 4 | UInt16(digit)
        }
        position += 1
        return unit
    }

    /// Refuses bytes of the text that are not UTF-8.
    private func check(_ range: Range<Int>) throws(JSONError) {
        let invalid = UTF8Check.firstInvalid(in: UnsafeBufferPointer(rebasing: bytes[range]))
        if let invalid {
            throw JSONError(kind: .invalidUTF8, offset: range.lowerBound + invalid)
        }
    }
}
