// SPDX-License-Identifier: Apache-2.0

/// Walks over a JSON text by bounded recursion: one level of calls for each level of nesting.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0
    private var remainingDepth: Int

    /// Up to here names are held against each other, beyond it a set remembers them: otherwise a
    /// hostile object would cost the square of its members.
    private static let pairwiseNames = 16
    /// Most objects have no more members, most arrays no more items, so one allocation will do.
    private static let expectedMembers = 8

    init(bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        remainingDepth = maximumDepth
    }

    /// Reads the value that fills the whole text.
    mutating func document() throws(JSONError) -> JSONValue {
        skipWhiteSpace()
        let value = try value()
        skipWhiteSpace()
        guard position == bytes.count else {
            throw error(bytes[position] == 0 ? .nulCharacter : .trailingData)
        }
        return value
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        guard position < bytes.count else { throw error(.truncated) }
        switch bytes[position] {
        case 0x22: return .string(try string())
        case 0x7B: return .object(try object())
        case 0x5B: return .array(try array())
        case 0x2D, 0x30...0x39: return .number(try number())
        case 0x74:
            try keyword("true")
            return .bool(true)
        case 0x66:
            try keyword("false")
            return .bool(false)
        case 0x6E:
            try keyword("null")
            return .null
        default: throw unexpected()
        }
    }

    private mutating func object() throws(JSONError) -> JSONObject {
        try descend()
        var members: [JSONObject.Member] = []
        var names: Set<Text> = []
        if !(try skip(0x7D)) {
            members.reserveCapacity(Self.expectedMembers)
            repeat {
                skipWhiteSpace()
                let start = position
                guard start < bytes.count else { throw error(.truncated) }
                guard bytes[start] == 0x22 else { throw unexpected() }
                let name = try string()
                guard isNew(name, members, &names) else {
                    throw JSONError(kind: .duplicateName(name), offset: start)
                }
                guard try skip(0x3A) else { throw unexpected() }
                skipWhiteSpace()
                members.append(JSONObject.Member(name: name, value: try value()))
            } while try skip(0x2C)
            guard try skip(0x7D) else { throw unexpected() }
        }
        remainingDepth += 1
        return JSONObject(members)
    }

    private func isNew(
        _ name: Text,
        _ members: [JSONObject.Member],
        _ names: inout Set<Text>
    ) -> Bool {
        if members.count < Self.pairwiseNames {
            for member in members where member.name == name {
                return false
            }
            return true
        }
        if names.isEmpty {
            names = Set(members.map(\.name))
        }
        return names.insert(name).inserted
    }

    private mutating func array() throws(JSONError) -> [JSONValue] {
        try descend()
        var items: [JSONValue] = []
        if !(try skip(0x5D)) {
            repeat {
                skipWhiteSpace()
                items.append(try value())
            } while try skip(0x2C)
            guard try skip(0x5D) else { throw unexpected() }
        }
        remainingDepth += 1
        return items
    }

    /// Enters an array or object, unless that is too deep.
    private mutating func descend() throws(JSONError) {
        guard remainingDepth > 0 else { throw error(.tooDeep) }
        remainingDepth -= 1
        position += 1
    }

    private mutating func number() throws(JSONError) -> Decimal {
        var scanner = DecimalScanner(position: position)
        let outcome = scanner.scan(bytes)
        if outcome == .outOfBounds { throw error(.numberOutOfBounds) }
        position = scanner.position
        guard outcome == .exact else {
            throw position < bytes.count ? unexpected() : error(.truncated)
        }
        return Decimal(scaled: scanner.scaled)
    }

    private mutating func keyword(_ word: StaticString) throws(JSONError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard position < bytes.count else { throw error(.truncated) }
            guard bytes[position] == word.utf8Start[index] else { throw unexpected() }
            position += 1
        }
    }

    // MARK: Small steps

    /// Skips white space and then the byte, if it is there; the text must not end before it.
    @inline(__always)
    private mutating func skip(_ byte: UInt8) throws(JSONError) -> Bool {
        skipWhiteSpace()
        guard position < bytes.count else { throw error(.truncated) }
        guard bytes[position] == byte else { return false }
        position += 1
        return true
    }

    @inline(__always)
    private mutating func skipWhiteSpace() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte <= 0x20 else { return }
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    /// The error for the byte that stands here and should not.
    func unexpected() -> JSONError {
        error(bytes[position] == 0 ? .nulCharacter : .malformed)
    }

    func error(_ kind: JSONError.Kind) -> JSONError {
        JSONError(kind: kind, offset: position)
    }
}
