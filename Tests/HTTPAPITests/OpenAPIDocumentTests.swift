// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import Testing

@testable import HTTPAPI

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("The OpenAPI document")
struct OpenAPIDocumentTests {
    @Test("what is served is docs/openapi.yaml, byte for byte")
    func sameBytes() throws {
        #expect(try page("openapi.yaml") == OpenAPIDocument.bytes)
    }

    @Test("what an error's doc_url points at is there, with the code's status")
    func errors() throws {
        for code in ErrorCode.allCases {
            let (document, pointer) = try #require(code.documentation.splitOnce("#"))
            #expect(document == "/openapi.yaml")
            let found = try #require(node(at: pointer), "\(pointer)")
            #expect(found.hasPrefix("{status: \(code.status), description: "))
        }
        #expect(node(at: "/components/x-errors/NONE") == nil)
    }

    @Test("docs/http-api.md says of every code what to do")
    func errorTable() throws {
        let text = String(decoding: try page("http-api.md"), as: UTF8.self)
        for code in ErrorCode.allCases {
            let row = text.split(separator: "\n").first { line in
                line.hasPrefix("| \(code.status) |") && line.contains("`\(code.rawValue)`")
            }
            #expect(row != nil, "\(code.rawValue)")
        }
    }

    @Test(
        "a price as a string is of the documented form exactly when the service takes it",
        arguments: [
            "0", "0.99", "0.990", "1e2", "1E-18", "1.5e+3", "-0", "-0.0", "123456789012345678",
            "999999999999999999.9999999999999999", "0.000000000000000001", "0.10000000000000000000",
            "", "-1", "+1", "00.5", ".5", "5.", "1,5", "0x1", " 1", "1 ", "1e", "-1e-2", "NaN",
        ]
    )
    func prices(text: String) throws {
        let lines = OpenAPIDocument.text.split(separator: "\n")
        let start = try #require(lines.firstIndex { $0.hasSuffix("price_per_unit:") })
        let line = try #require(lines[start...].first { $0.contains("pattern: ") })
        let pattern = try Regex(String(line.split(separator: "'")[1]))
        let json = JSONValue.members([
            ("name", "R"), ("currency", "USD"),
            ("entries", [["agent_key": "a", "price_per_unit": .string(Text(text))]]),
        ])
        let isTaken = (try? RateCardBody(json: json)) != nil
        #expect(try (pattern.wholeMatch(in: text) != nil) == isTaken)
    }

    /// What stands behind the name a JSON pointer leads to; nil when it leads nowhere.
    private func node(at pointer: String) -> String? {
        var lines = OpenAPIDocument.text.split(separator: "\n")[...]
        var found: Substring = ""
        for (depth, name) in pointer.split(separator: "/").enumerated() {
            let indent = String(repeating: "  ", count: depth)
            // A line that stands further left ends the object the name has to be in.
            let object = lines.prefix { $0.hasPrefix(indent) }
            guard let index = object.firstIndex(where: { $0.hasPrefix("\(indent)\(name):") })
            else { return nil }
            found = lines[index].dropFirst(indent.count + name.count + 1)
            lines = lines[(index + 1)...]
        }
        return String(found.drop { $0 == " " })
    }

    private func page(_ name: String) throws -> [UInt8] {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        let path = root.joined(separator: "/") + "/docs/" + name
        let file = try #require(fopen(path, "rb"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }
}

extension String {
    fileprivate func splitOnce(_ separator: Character) -> (String, String)? {
        guard let index = firstIndex(of: separator) else { return nil }
        return (String(self[..<index]), String(self[self.index(after: index)...]))
    }
}
