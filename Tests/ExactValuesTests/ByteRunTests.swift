// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ExactValues

@Suite("Runs of bytes")
struct ByteRunTests {
    @Test("what stands plainly ends at the first byte that does not, wherever it is")
    func plain() {
        for length in 0...33 {
            for place in 0...length {
                for ending in [0x22, 0x5C, 0x00, 0x0A, 0x1F] as [UInt8] {
                    var bytes = [UInt8](repeating: 0x61, count: length)
                    if place < length { bytes[place] = ending }
                    expectPlain(bytes, place)
                }
            }
        }
    }

    @Test("bytes of other characters stand plainly, beside any that do not", arguments: 0...255)
    func everyByte(byte: Int) {
        let byte = UInt8(byte)
        let isPlain = byte != 0x22 && byte != 0x5C && byte >= 0x20
        for place in 0..<17 {
            var bytes = [UInt8](repeating: 0xC3, count: 17)
            bytes[place] = byte
            expectPlain(bytes, isPlain ? 17 : place)
        }
    }

    private func expectPlain(_ bytes: [UInt8], _ count: Int) {
        let counted = bytes.withUnsafeBufferPointer { ByteRun.plainCount($0) }
        #expect(counted == count)
        let copied = [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, initialized in
            initialized = bytes.withUnsafeBufferPointer { ByteRun.copyPlain($0, to: buffer) }
        }
        #expect(copied == Array(bytes[..<count]))
    }

    @Test("arrays are equal when each byte is")
    func equality() {
        for length in 0...33 {
            let bytes = (0..<length).map { UInt8($0) }
            #expect(ByteRun.areEqual(bytes, bytes.map { $0 }))
            #expect(!ByteRun.areEqual(bytes, bytes + [0]))
            for place in bytes.indices {
                var other = bytes
                other[place] ^= 0x80
                #expect(!ByteRun.areEqual(bytes, other))
            }
        }
    }
}
