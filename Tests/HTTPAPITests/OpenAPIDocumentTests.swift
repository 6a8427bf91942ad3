// SPDX-License-Identifier: Apache-2.0

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
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        let path = root.joined(separator: "/") + "/docs/openapi.yaml"
        let file = try #require(fopen(path, "rb"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        #expect(bytes == OpenAPIDocument.bytes, "run scripts/embed-openapi")
    }
}
