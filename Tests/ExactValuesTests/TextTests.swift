// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@Suite("Text")
struct TextTests {
    private let composed = Text("caf\u{E9}")
    private let decomposed = Text("cafe\u{301}")

    @Test("two spellings of one letter are different texts")
    func spellings() {
        #expect(composed.string == decomposed.string)
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
    }

    @Test("spellings of the same number of bytes are different texts too")
    func spellingsOfEqualLength() {
        let left = Text("a\u{323}\u{307}")
        let right = Text("a\u{307}\u{323}")
        #expect(left.string == right.string)
        #expect(left != right)
    }

    @Test("texts are ordered by their bytes, a prefix first")
    func order() {
        let texts: [Text] = ["", "B", "a", "aaaaaaaa", "aaaaaaaaa", "aaaaaaaab", "é", "漢", "😀"]
        #expect(texts.reversed().sorted() == texts)
    }

    @Test("equality looks at every byte", arguments: 0..<20)
    func equality(position: Int) {
        var bytes = [UInt8](repeating: 0x61, count: 20)
        let text = Text(utf8: bytes)
        #expect(text == Text(utf8: bytes))
        bytes[position] = 0x62
        #expect(text != Text(utf8: bytes))
    }

    @Test("lengths count Unicode scalars")
    func scalarCount() {
        #expect(composed.scalarCount == 4)
        #expect(decomposed.scalarCount == 5)
        #expect(Text("👩‍🚀").scalarCount == 3)
        #expect(Text("").scalarCount == 0)
    }

    @Test(
        "exactly the scalars of category Cc are control characters",
        arguments: 0...0x3FF as ClosedRange<UInt32>
    )
    func controlCharacters(value: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(value))
        let text = Text("a\(Character(scalar))")
        #expect(text.hasControlCharacter == (scalar.properties.generalCategory == .control))
    }

    @Test(
        "bytes that are not UTF-8 make no text",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xC3, 0x28],
            Array(repeating: 0x61, count: 15) + [0xFF],
        ] as [[UInt8]]
    )
    func invalid(bytes: [UInt8]) {
        #expect(Text(utf8: bytes) == nil)
    }

    @Test("every scalar's bytes make its text")
    func valid() {
        for value in stride(from: UInt32(0), through: 0x10FFFF, by: 61) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let string = String(Character(scalar))
            #expect(Text(utf8: Array(string.utf8)) == Text(string))
        }
    }
}
