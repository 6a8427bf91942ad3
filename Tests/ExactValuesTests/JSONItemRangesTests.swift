// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@Suite("JSONReader, items of an array")
struct JSONItemRangesTests {
    private func split(_ text: String, maximumItems: Int = 10) -> Result<[String], JSONError> {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBytes { buffer in
            do throws(JSONError) {
                let ranges = try JSONReader.itemRanges(
                    ofArray: buffer,
                    maximumItems: maximumItems
                )
                return .success(ranges.map { String(decoding: bytes[$0], as: UTF8.self) })
            } catch {
                return .failure(error)
            }
        }
    }

    @Test(
        "items are found by brackets and strings alone",
        arguments: [
            ("[]", []), (" [ ] ", []), ("[1]", ["1"]), ("[ 1 , 2 ]", ["1", "2"]),
            ("[{\"a\":[1,2]},[3,[4]],\"x\"]", ["{\"a\":[1,2]}", "[3,[4]]", "\"x\""]),
            ("[\"]\",\"[\",\",\",\"{\"]", ["\"]\"", "\"[\"", "\",\"", "\"{\""]),
            ("[\"\\\"]\",\"\\\\\",1]", ["\"\\\"]\"", "\"\\\\\"", "1"]),
            ("[{\"a\":\"}],[{\"},2]", ["{\"a\":\"}],[{\"}", "2"]),
            ("\n[\t1\r]\n", ["1"]), ("[1 2,3]", ["1 2", "3"]),
        ] as [(String, [String])]
    )
    func items(text: String, items: [String]) {
        #expect(split(text) == .success(items))
    }

    @Test("an item that is no JSON does not spoil the others")
    func badItem() {
        #expect(split("[1,{\"a\":1],tru,2]") == .success(["1", "{\"a\":1]", "tru", "2"]))
        #expect(split("[1,{\"a\":1e99},2]") == .success(["1", "{\"a\":1e99}", "2"]))
    }

    @Test(
        "what is no array is refused",
        arguments: [
            ("", .truncated, 0), ("  ", .truncated, 2), ("[", .truncated, 1),
            ("[1", .truncated, 2), ("[1,", .truncated, 3), ("[\"a", .truncated, 3),
            ("[\"a\\", .truncated, 4), ("[[1]", .truncated, 4), ("{}", .malformed, 0),
            ("1", .malformed, 0), ("[,1]", .malformed, 1), ("[1,,2]", .malformed, 3),
            ("[1,]", .malformed, 3), ("[1}]", .malformed, 2), ("[1]]", .trailingData, 3),
            ("[1] 2", .trailingData, 4),
        ] as [(String, JSONError.Kind, Int)]
    )
    func refused(text: String, kind: JSONError.Kind, offset: Int) {
        #expect(split(text) == .failure(JSONError(kind: kind, offset: offset)))
    }

    @Test("more items than allowed are refused")
    func tooMany() {
        #expect(split("[1,2,3]", maximumItems: 3) == .success(["1", "2", "3"]))
        #expect(
            split("[1,2,3]", maximumItems: 2)
                == .failure(JSONError(kind: .tooManyItems, offset: 5))
        )
        #expect(split("[]", maximumItems: 0) == .success([]))
    }
}
