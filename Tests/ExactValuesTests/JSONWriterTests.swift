// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@Suite("JSONWriter")
struct JSONWriterTests {
    private func written(_ body: (inout JSONWriter) throws -> Void) rethrows -> String {
        var writer = JSONWriter()
        try body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("commas stand between members and items and nowhere else")
    func commas() {
        let text = written { writer in
            writer.beginObject()
            writer.name("a")
            writer.beginArray()
            writer.integer(1)
            writer.beginArray()
            writer.endArray()
            writer.beginObject()
            writer.endObject()
            writer.null()
            writer.endArray()
            writer.name("b" as Text)
            writer.bool(true)
            writer.name("c")
            writer.raw(Array("{\"d\":1}".utf8))
            writer.endObject()
        }
        #expect(text == "{\"a\":[1,[],{},null],\"b\":true,\"c\":{\"d\":1}}")
    }

    @Test("exact values are strings where the answers want them so")
    func exactValues() throws {
        let decimal = try #require(Decimal("1.50"))
        let timestamp = try #require(Timestamp("2026-03-04T10:12:00Z"))
        let text = written { writer in
            writer.beginArray()
            writer.decimal(decimal)
            writer.decimalString(decimal)
            writer.wideDecimalString(WideDecimal(decimal) * WideDecimal(decimal))
            writer.timestamp(timestamp)
            writer.integer(.min)
            writer.integer(.max)
            writer.hex(.zero)
            writer.endArray()
        }
        let zeros = String(repeating: "0", count: 64)
        #expect(
            text == "[1.5,\"1.5\",\"2.25\",\"2026-03-04T10:12:00.000000Z\","
                + "-9223372036854775808,9223372036854775807,\"\(zeros)\"]"
        )
    }

    @Test("nil is written as null, whatever the type")
    func nils() {
        let text = written { writer in
            writer.beginObject()
            writer.member("a", nil as String?)
            writer.member("b", nil as Text?)
            writer.member("c", nil as Decimal?)
            writer.member("d", nil as WideDecimal?)
            writer.member("e", nil as Timestamp?)
            writer.member("f", nil as Int?)
            writer.member("g", nil as Bool?)
            writer.member("h", nil as JSONValue?)
            writer.endObject()
        }
        #expect(
            text == "{\"a\":null,\"b\":null,\"c\":null,\"d\":null,\"e\":null,\"f\":null,"
                + "\"g\":null,\"h\":null}"
        )
    }

    @Test("a member is written with its value")
    func members() {
        let text = written { writer in
            writer.beginObject()
            writer.member("a", "x")
            writer.member("b", Text("y"))
            writer.member("c", Decimal(3))
            writer.member("d", WideDecimal(Decimal(4)))
            writer.member("e", Timestamp.earliest)
            writer.member("f", 5)
            writer.member("g", false)
            writer.member("h", .array([.null]) as JSONValue)
            writer.endObject()
        }
        #expect(
            text == "{\"a\":\"x\",\"b\":\"y\",\"c\":\"3\",\"d\":\"4\","
                + "\"e\":\"1970-01-01T00:00:00.000000Z\",\"f\":5,\"g\":false,\"h\":[null]}"
        )
    }

    @Test("whatever is written is read back", arguments: 0..<20)
    func roundTrip(length: Int) throws {
        let run = String(repeating: "a", count: length)
        for special in [
            "\"", "\\", "\u{1}", "\n", "\u{1F}", " ", "é", "\u{7F}", "😀", "!", "[", "]",
        ] {
            let value = JSONValue.string(Text(run + special + run + special))
            let bytes = Array(written { $0.value(value) }.utf8)
            #expect(try JSONReader.read(bytes) == value)
        }
    }

    @Test("values keep the order of their members")
    func order() throws {
        let text = "{\"b\":1,\"a\":{\"d\":2,\"c\":3}}"
        let value = try JSONReader.read(Array(text.utf8))
        #expect(written { $0.value(value) } == text)
    }
}
