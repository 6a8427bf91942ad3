// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@Suite("The path of a place in a JSON text")
struct JSONPathTests {
    /// The path of the first `#` of a text, which stands for whatever is wrong there.
    private func path(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBytes { buffer in
            JSONReader.path(to: buffer.firstIndex(of: 0x23) ?? buffer.count, in: buffer)
        }
    }

    @Test(
        "members are joined by points, items numbered from 0",
        arguments: [
            ("#", ""), ("[#]", "[0]"), ("[1, [], {\"a\":[2,3]}, #", "[3]"),
            (#"{"a": #"#, "a"), (#"{"a":{"b":[{"c":1},{"c": #"#, "a.b[1].c"),
            (#"{"a":{"b":1},"c":#"#, "c"), (#"{"a":["x,]}\"",{}],"b":{"c":#"#, "b.c"),
            (#"{"caf\u00e9":#"#, "café"), (#"{"a":"with a # in it"}"#, "a"),
        ]
    )
    func places(text: String, expected: String) {
        #expect(path(text) == expected)
    }

    @Test("a byte of a name belongs to the object around it")
    func names() {
        #expect(path(##"{"a":1,"na#me":2}"##) == "")
        #expect(path(##"{"a":{"b":1,"#"##) == "a")
    }

    @Test("a text that ends inside a string has a path, too")
    func truncated() {
        #expect(path(#"{"a":{"b":"no end"#) == "a.b")
        #expect(path("") == "")
    }
}
