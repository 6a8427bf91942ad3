// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// The path of the member or item that a byte of a text belongs to: `properties.items[0]`.
    ///
    /// Meant for the place of an error: what stands before the byte has to be well-formed. A byte of
    /// a member's name belongs to the object around it. Empty for the value that fills the text.
    public static func path(to offset: Int, in bytes: UnsafeRawBufferPointer) -> String {
        var finder = JSONPathFinder(bytes: bytes)
        finder.go(to: offset)
        return finder.path
    }
}

/// Walks over the beginning of a JSON text and keeps in mind what it is inside of.
private struct JSONPathFinder {
    /// What the walk is inside of.
    private enum Level {
        /// An object; nil where a name is to come.
        case object(name: String?)
        /// An array, at the item of this number.
        case array(index: Int)
    }

    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var levels: [Level] = []

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var path: String {
        var path = ""
        for level in levels {
            switch level {
            case .object(nil): break
            case .object(let name?): path += path.isEmpty ? name : "." + name
            case .array(let index): path += "[\(index)]"
            }
        }
        return path
    }

    mutating func go(to offset: Int) {
        let offset = min(offset, bytes.count)
        while position < offset {
            switch bytes[position] {
            case 0x7B: levels.append(.object(name: nil))
            case 0x5B: levels.append(.array(index: 0))
            case 0x7D, 0x5D: _ = levels.popLast()
            case 0x2C: next()
            case 0x22:
                let end = endOfString()
                guard end <= offset else { return }
                name(position..<end)
                position = end
                continue
            default: break
            }
            position += 1
        }
    }

    /// Behind a comma comes the next item, or a new name.
    private mutating func next() {
        switch levels.popLast() {
        case .array(let index): levels.append(.array(index: index + 1))
        case .object: levels.append(.object(name: nil))
        case nil: break
        }
    }

    /// Takes a string as a name, where one is to come.
    private mutating func name(_ range: Range<Int>) {
        guard case .object(nil) = levels.last else { return }
        let text = UnsafeRawBufferPointer(rebasing: bytes[range])
        guard case .string(let name)? = try? JSONReader.read(text) else { return }
        levels[levels.count - 1] = .object(name: name.string)
    }

    /// The byte behind the string that starts here; behind the text when it does not end.
    private func endOfString() -> Int {
        var end = position + 1
        while end < bytes.count, bytes[end] != 0x22 {
            end += bytes[end] == 0x5C ? 2 : 1
        }
        return end + 1
    }
}
