// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@Suite("Digest, Hex, Base64, Base64URL")
struct DigestTests {
    private let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test("SHA-256 gives the published values")
    func published() {
        #expect(Digest.sha256(Array("abc".utf8)).hex == abc)
        #expect(
            Digest.sha256([]).hex
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        )
    }

    @Test("a digest over digests is the digest over their bytes")
    func concatenation() {
        for count in [0, 1, 2, 3, 40] {
            let parts = (0..<count).map { Digest.sha256([UInt8($0)]) }
            let bytes = parts.flatMap(\.bytes)
            #expect(Digest.sha256(concatenating: parts) == Digest.sha256(bytes))
        }
    }

    @Test("bytes, digits and value go over into each other")
    func forms() throws {
        let digest = try #require(Digest(hex: abc))
        #expect(digest == Digest.sha256(Array("abc".utf8)))
        #expect(Digest(digest.bytes) == digest)
        #expect(Digest(hex: abc.uppercased()) == digest)
        #expect(digest.description == abc)
        #expect(digest.prefix64 == 0xBA78_16BF_8F01_CFEA)
        var bytes: [UInt8] = [1]
        digest.append(to: &bytes)
        #expect(bytes == [1] + digest.bytes)
        #expect(Digest(bytes) == nil)
        #expect(Digest(hex: String(abc.dropLast(2))) == nil)
        #expect(Digest(hex: abc.dropLast() + "g") == nil)
        #expect(Digest([UInt8](repeating: 0, count: 32)) == .zero)
    }

    @Test("of all bytes only the lower-case digits are read, at each place", arguments: 0..<64)
    func digits(place: Int) throws {
        var digits = Array(abc.utf8)
        for byte in UInt8.min...UInt8.max {
            digits[place] = byte
            let isDigit = (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
            let read = digits.withUnsafeBufferPointer { Digest(digits: $0) }
            #expect(read == (isDigit ? Digest(hex: String(decoding: digits, as: UTF8.self)) : nil))
        }
        #expect(
            digits.dropLast().withContiguousStorageIfAvailable { Digest(digits: $0) } == .some(nil)
        )
    }

    @Test("digests are ordered by bytes", arguments: 0..<32)
    func order(position: Int) throws {
        var bytes = [UInt8](repeating: 0x7F, count: 32)
        let less = try #require(Digest(bytes))
        bytes[position] = 0x80
        let greater = try #require(Digest(bytes))
        #expect(less < greater)
        #expect(!(greater < less))
        #expect(!(less < less))
    }

    @Test("hexadecimal digits are read in either case and written in lower")
    func hex() {
        #expect(Hex.encode([0x00, 0x9A, 0xFF]) == "009aff")
        #expect(Hex.decode("009aFF") == [0x00, 0x9A, 0xFF])
        #expect(Hex.decode("") == [])
        for bad in ["0", "0g", "/0", ":0", "@0", "G0", "`0", "é"] {
            #expect(Hex.decode(bad) == nil)
        }
    }

    @Test(
        "base 64 has the alphabet for URLs and no padding",
        arguments: [
            ([], ""), ([0x66], "Zg"), ([0x66, 0x6F], "Zm8"), ([0x66, 0x6F, 0x6F], "Zm9v"),
            ([0xFB, 0xFF, 0xFE], "-__-"), ([0x66, 0x6F, 0x6F, 0x62], "Zm9vYg"),
        ] as [([UInt8], String)]
    )
    func base64(bytes: [UInt8], text: String) {
        #expect(Base64URL.encode(bytes) == text)
        #expect(Base64URL.decode(text) == bytes)
    }

    @Test(
        "no text but the one that is written is read",
        arguments: ["Z", "Zg==", "Zh", "Zm9", "Zm8v+", "Zm/v", "Zm9vY", " Zg", "Zgé"]
    )
    func base64Refused(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test("all bytes survive base 64")
    func base64RoundTrip() {
        let bytes = (0...255).map { UInt8($0) }
        for count in 0..<bytes.count {
            #expect(
                Base64URL.decode(Base64URL.encode(Array(bytes[..<count])))
                    == bytes[..<count].map { $0 }
            )
        }
    }

    @Test(
        "padded base 64 is read as it is written, and no other text",
        arguments: ["Z", "Zg", "Zg=", "Zg===", "Zh==", "Z===", "=", "Zg==Zg==", "-_8=", " Zg=="]
    )
    func paddedBase64(refused: String) {
        #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
        #expect(Base64.decode("+/8=") == [0xFB, 0xFF])
        #expect(Base64.decode(refused) == nil)
        for count in 0..<20 {
            let bytes = (0..<count).map { UInt8($0 * 13) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }
}
