// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@Suite("JSONReader")
struct JSONReaderTests {
    private func error(_ text: String) -> JSONError? { error(Array(text.utf8)) }

    private func error(_ bytes: [UInt8], maximumDepth: Int = 64) -> JSONError? {
        do throws(JSONError) {
            _ = try JSONReader.read(bytes, maximumDepth: maximumDepth)
            return nil
        } catch {
            return error
        }
    }

    private func read(_ text: String) throws -> JSONValue { try JSONReader.read(Array(text.utf8)) }

    @Test("every kind of value is read")
    func values() throws {
        let text =
            " {\"a\" : [ null , true,false ] ,\n\"b\":{}, \"c\":-1.50,\t\"d\":\"x\", \"e\":[]}\r "
        let expected = JSONObject([
            .init("a", .array([.null, .bool(true), .bool(false)])),
            .init("b", .object(JSONObject())),
            .init("c", .number(try #require(Decimal("-1.5")))),
            .init("d", .string("x")),
            .init("e", .array([])),
        ])
        #expect(try read(text) == .object(expected))
    }

    @Test("a string is read escape by escape")
    func escapes() throws {
        let text = #""\"\\\/\b\f\n\r\t\u00e9\u6F22\ud83d\uDE00x\u0001""#
        #expect(try read(text) == .string("\"\\/\u{8}\u{C}\n\r\té漢😀x\u{1}"))
    }

    @Test("a string keeps its spelling")
    func spelling() throws {
        #expect(try read("\"e\u{301}\"") != read("\"\u{E9}\""))
        #expect(try read(#""e\u0301""#) == .string("e\u{301}"))
    }

    @Test("a string of any length is read with an escape or a letter anywhere", arguments: 0..<24)
    func stringLengths(length: Int) throws {
        let run = String(repeating: "a", count: length)
        #expect(try read("\"\(run)\"") == .string(Text(run)))
        #expect(try read("\"\(run)\\n\(run)\"") == .string(Text(run + "\n" + run)))
        #expect(try read("\"\(run)é\(run)\"") == .string(Text(run + "é" + run)))
        let control = JSONError(kind: .malformed, offset: 1 + length)
        #expect(error("\"\(run)\u{1F}\(run)\"") == control)
        let invalid = JSONError(kind: .invalidUTF8, offset: 1 + length)
        #expect(error(Array("\"\(run)".utf8) + [0xFF] + Array("\(run)\"".utf8)) == invalid)
    }

    @Test(
        "what is not JSON is refused with the reason and the place",
        arguments: [
            ("", .truncated, 0), (" ", .truncated, 1), ("[", .truncated, 1),
            ("[1", .truncated, 2), ("[1,", .truncated, 3), ("{\"a\"", .truncated, 4),
            ("\"a", .truncated, 2), ("\"\\", .truncated, 2), ("\"\\u00", .truncated, 5),
            ("tru", .truncated, 3), ("-", .truncated, 1), ("1.", .truncated, 2),
            ("1e", .truncated, 2), ("1e+", .truncated, 3), ("\"\\ud83d", .truncated, 7),
            ("[1,]", .malformed, 3), ("[,1]", .malformed, 1), ("{,}", .malformed, 1),
            ("{\"a\":1,}", .malformed, 7), ("{a:1}", .malformed, 1), ("{\"a\" 1}", .malformed, 5),
            ("{\"a\":}", .malformed, 5), ("[1 2]", .malformed, 3), ("[1}", .malformed, 2),
            ("{\"a\":1]", .malformed, 6), ("'a'", .malformed, 0), ("+1", .malformed, 0),
            (".5", .malformed, 0), ("-a", .malformed, 1), ("1.a", .malformed, 2),
            ("NaN", .malformed, 0), ("Infinity", .malformed, 0), ("True", .malformed, 0),
            ("nulL", .malformed, 3), ("\"\\x\"", .malformed, 2), ("\"\\u00g0\"", .malformed, 5),
            ("\"\n\"", .malformed, 1), ("// a\n1", .malformed, 0), ("\u{FEFF}1", .malformed, 0),
            ("\u{A0}1", .malformed, 0), ("\u{B}1", .malformed, 0),
            ("1 2", .trailingData, 2), ("01", .trailingData, 1), ("{}x", .trailingData, 2),
            ("\"\\u0000\"", .nulCharacter, 1), ("\"a\0\"", .nulCharacter, 2),
            ("{\"\\u0000\":1}", .nulCharacter, 2), ("\0", .nulCharacter, 0),
            ("1\0", .nulCharacter, 1),
            ("\"\\ud83d\"", .invalidUTF8, 1), ("\"\\ude00\"", .invalidUTF8, 1),
            ("\"a\\ud83dx\"", .invalidUTF8, 2), ("\"\\ud83d\\ud83d\"", .invalidUTF8, 1),
            ("\"\\ud83d\\n\"", .invalidUTF8, 1),
            ("[1e18]", .numberOutOfBounds, 1), ("1e-19", .numberOutOfBounds, 0),
            ("12345678901234567890123456789012345", .numberOutOfBounds, 0),
            ("{\"a\":1,\"b\":2,\"a\":3}", .duplicateName("a"), 13),
            ("{\"a\":1,\"\\u0061\":3}", .duplicateName("a"), 7),
        ] as [(String, JSONError.Kind, Int)]
    )
    func refused(text: String, kind: JSONError.Kind, offset: Int) {
        #expect(error(text) == JSONError(kind: kind, offset: offset))
    }

    @Test("bytes that are not UTF-8 are refused where they stand")
    func invalidUTF8() {
        let bytes = Array("{\"n\":\"\\t".utf8)
        for bad in [[0x80], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0xAF]] as [[UInt8]] {
            let expected = JSONError(kind: .invalidUTF8, offset: bytes.count)
            #expect(error(bytes + bad + Array("\"}".utf8)) == expected)
        }
    }

    @Test("names that differ only in spelling are two members")
    func spellingOfNames() throws {
        guard case .object(let object) = try read("{\"\u{E9}\":1,\"e\u{301}\":2}") else {
            Issue.record("not an object")
            return
        }
        #expect(object["\u{E9}"] == .number(1))
        #expect(object["e\u{301}"] == .number(2))
    }

    @Test("a duplicate is found among any number of names", arguments: [2, 16, 17, 18, 40, 1000])
    func duplicates(count: Int) {
        let names = (0..<count).map { "\"n\($0)\":\($0)" }
        #expect(error("{\(names.joined(separator: ","))}") == nil)
        for repeated in [0, count / 2, count - 1] {
            let text = "{\((names + ["\"n\(repeated)\":1"]).joined(separator: ","))}"
            #expect(error(text)?.kind == .duplicateName(Text("n\(repeated)")))
        }
    }

    @Test("an object of very many members is read in time that grows with them")
    func manyMembers() throws {
        let text = "{" + (0..<100_000).map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        guard case .object(let object) = try read(text) else {
            Issue.record("not an object")
            return
        }
        #expect(object.members.count == 100_000)
    }

    @Test("nesting is taken up to the limit and refused beyond it")
    func depth() {
        let open = [UInt8](repeating: 0x5B, count: 64)
        let close = [UInt8](repeating: 0x5D, count: 64)
        #expect(error(open + close) == nil)
        #expect(error([0x5B] + open + close + [0x5D]) == JSONError(kind: .tooDeep, offset: 64))
        #expect(error(Array("{\"a\":[]}".utf8), maximumDepth: 2) == nil)
        #expect(error(Array("{\"a\":[]}".utf8), maximumDepth: 1)?.kind == .tooDeep)
        #expect(error(Array("[]".utf8), maximumDepth: 0)?.kind == .tooDeep)
        #expect(error(Array("1".utf8), maximumDepth: 0) == nil)
        #expect(error(Array("[[],[],[[]]]".utf8), maximumDepth: 3) == nil)
        #expect(error([UInt8](repeating: 0x5B, count: 1_000_000))?.kind == .tooDeep)
    }

    @Test("a description repeats nothing of the text")
    func description() {
        #expect(error("{\"a\":[0.5, 1e19]}")?.description == "number out of bounds at byte 11")
        #expect(
            error("{\"secret\":1,\"secret\":1}")?.description
                == "duplicate member name at byte 12"
        )
    }
}
