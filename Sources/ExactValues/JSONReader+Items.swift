// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Splits an array into the byte ranges of its items without reading them.
    ///
    /// Only brackets and strings are looked at, so an item that is no JSON does not spoil the
    /// others (SPEC 3): `read` judges each one later. An item has no white space around it and is
    /// never empty.
    public static func itemRanges(
        ofArray bytes: UnsafeRawBufferPointer,
        maximumItems: Int
    ) throws(JSONError) -> [Range<Int>] {
        var splitter = JSONArraySplitter(bytes: bytes)
        return try splitter.split(maximumItems: maximumItems)
    }
}

/// Walks over a text that should be an array.
private struct JSONArraySplitter {
    let bytes: UnsafeRawBufferPointer
    var position = 0

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func split(maximumItems: Int) throws(JSONError) -> [Range<Int>] {
        skipWhiteSpace()
        guard try peek() == 0x5B else { throw error(.malformed) }
        position += 1
        skipWhiteSpace()
        var ranges: [Range<Int>] = []
        if try peek() == 0x5D {
            position += 1
        } else {
            repeat {
                skipWhiteSpace()
                let start = position
                let end = try item()
                guard end > start else { throw error(.malformed) }
                guard ranges.count < maximumItems else {
                    throw JSONError(kind: .tooManyItems, offset: start)
                }
                ranges.append(start..<end)
                position += 1
            } while bytes[position - 1] == 0x2C
        }
        skipWhiteSpace()
        guard position == bytes.count else { throw error(.trailingData) }
        return ranges
    }

    /// Goes to the comma or bracket that ends an item and returns where the item itself ends.
    private mutating func item() throws(JSONError) -> Int {
        var depth = 0
        var end = position
        while true {
            switch try peek() {
            case 0x22:
                try string()
                end = position
                continue
            case 0x5B, 0x7B:
                depth += 1
            case 0x5D where depth == 0, 0x2C where depth == 0:
                return end
            case 0x7D where depth == 0:
                throw error(.malformed)
            case 0x5D, 0x7D:
                depth -= 1
            case 0x20, 0x09, 0x0A, 0x0D:
                position += 1
                continue
            default:
                break
            }
            position += 1
            end = position
        }
    }

    /// Goes behind the string that starts here.
    private mutating func string() throws(JSONError) {
        position += 1
        while true {
            switch try peek() {
            case 0x22:
                position += 1
                return
            case 0x5C:
                position += 2
            default:
                position += 1
            }
        }
    }

    private func peek() throws(JSONError) -> UInt8 {
        guard position < bytes.count else {
            throw JSONError(kind: .truncated, offset: bytes.count)
        }
        return bytes[position]
    }

    private mutating func skipWhiteSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private func error(_ kind: JSONError.Kind) -> JSONError {
        JSONError(kind: kind, offset: position)
    }
}
