// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@Suite("JSONValue")
struct JSONValueTests {
    private func canonical(_ text: String) throws -> String {
        String(decoding: try JSONReader.read(Array(text.utf8)).canonicalBytes, as: UTF8.self)
    }

    @Test(
        "there is one canonical form",
        arguments: [
            (" { \"b\" : 1.50 , \"a\" : [ true , null ] } ", "{\"a\":[true,null],\"b\":1.5}"),
            ("[1e3,-0,0.10,1E-2]", "[1000,0,0.1,0.01]"),
            (#""\u0041\/\u000a\u001F\u007f""#, "\"A/\\n\\u001f\u{7F}\""),
            (#""\"\\\b\f\r\t""#, #""\"\\\b\f\r\t""#),
            ("{\"\":1,\"a\":2,\"B\":3,\"aa\":4}", "{\"\":1,\"B\":3,\"a\":2,\"aa\":4}"),
            (
                "{\"x\":{\"d\":1,\"c\":[{\"f\":1,\"e\":2}]}}",
                "{\"x\":{\"c\":[{\"e\":2,\"f\":1}],\"d\":1}}"
            ),
            ("{}", "{}"), ("[]", "[]"), ("\"\"", "\"\""),
        ]
    )
    func canonicalForm(text: String, form: String) throws {
        #expect(try canonical(text) == form)
    }

    @Test("members are sorted by the bytes of their names, not by UTF-16 or by letters")
    func memberOrder() throws {
        let text = "{\"\u{1F600}\":1,\"\u{FFFD}\":2,\"\u{E9}\":3,\"e\u{301}\":4,\"z\":5}"
        let form = "{\"e\u{301}\":4,\"z\":5,\"\u{E9}\":3,\"\u{FFFD}\":2,\"\u{1F600}\":1}"
        #expect(try Array(canonical(text).utf8) == Array(form.utf8))
    }

    @Test("the order of members does not matter to equality and hash")
    func equality() throws {
        let left = try JSONReader.read(Array("{\"a\":1,\"b\":{\"c\":2,\"d\":3}}".utf8))
        let right = try JSONReader.read(Array("{\"b\":{\"d\":3.0,\"c\":2},\"a\":1}".utf8))
        let other = try JSONReader.read(Array("{\"b\":{\"d\":2,\"c\":3},\"a\":1}".utf8))
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(left != other)
        #expect(left != .object(JSONObject()))
    }

    @Test("types are told apart: 4 is 4.0, but neither \"4\" nor true")
    func types() throws {
        #expect(JSONValue.number(4) == .number(try #require(Decimal("4.0"))))
        #expect(JSONValue.number(4) != .string("4"))
        #expect(JSONValue.bool(true) != .number(1))
        let values: [JSONValue] = [
            .null, .bool(true), .number(1), .string(""), .array([]), .object(JSONObject()),
        ]
        let names = ["null", "boolean", "number", "string", "array", "object"]
        #expect(values.map(\.typeName) == names)
    }

    @Test("setting a member replaces it in its place, or adds it at the end")
    func setting() {
        var object = JSONObject()
        object.append("a", .number(1))
        object.append("b", .number(2))
        object.set("a", .null)
        object.set("c", .bool(true))
        #expect(object.members.map(\.name) == ["a", "b", "c"])
        #expect(object["a"] == .null)
        #expect(object["c"] == .bool(true))
        #expect(object["d"] == nil)
    }
}
