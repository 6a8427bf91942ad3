// SPDX-License-Identifier: Apache-2.0

import Evidence
import ExactValues
import Testing
import TransparencyLog

@Suite("Any byte of a bundle that is changed makes it fail, and its line is named (S7)")
struct ChangedByteTests {
    /// Flips one bit of each byte of one line; which bit goes round, so that all kinds are met.
    private static func changes(of line: [UInt8]) -> [(index: Int, bytes: [UInt8])] {
        line.indices.map { index in
            var changed = line
            changed[index] ^= 1 << UInt8(index % 8)
            return (index, changed)
        }
    }

    /// The verifier is a value: what stands before the changed line is taken in once.
    @Test("each byte of each line, its line feed too")
    func everyByte() throws {
        var edition = Edition(archive: try Archive.told())
        edition.keys = [Archive.failed, Archive.confirmed]
        let bytes = try edition.write()
        #expect(verify(bytes).isProven)
        var before = EvidenceVerifier(trusted: NoteVerifier(keys: [TestKeys.own.verifierKey]))
        let lines = bytes.split(separator: 0x0A).map { Array($0) }
        var changed = 0
        for (number, line) in lines.enumerated() {
            for change in Self.changes(of: line + [0x0A]) {
                changed += 1
                var verifier = before
                let isLineFeed = change.index == line.count
                let next = isLineFeed && number + 1 < lines.count ? lines[number + 1] : []
                verifier.takeAll(change.bytes + next)
                let report = verifier.finish(endsInLineFeed: !isLineFeed)
                guard report.problems.first?.line != number + 1 else { continue }
                // A line feed at the end of the file has no line after it to tell of it.
                let isLast = number + 1 == lines.count && isLineFeed
                #expect(
                    isLast && !report.isProven,
                    "byte \(change.index) of line \(number + 1): \(report.problems)"
                )
            }
            line.withUnsafeBufferPointer { before.take($0) }
        }
        #expect(changed == bytes.count)
    }

    @Test("what is found beside each other is what is found one after the other")
    func besideEachOther() async throws {
        var edition = Edition(archive: try Archive.told())
        edition.keys = [Archive.failed, Archive.confirmed, Archive.free]
        let bytes = try edition.write()
        let lines = bytes.split(separator: 0x0A).map { Array($0) + [0x0A] }
        var variants = [lines]
        for index in lines.indices {
            var variant = lines
            variant.remove(at: index)
            variants.append(variant)
            variant.append(lines[index])
            variants.append(variant)
            variant = lines
            variant.insert(lines[index], at: index)
            variants.append(variant)
            // A byte of its section, one of what it says, one of its digest and one of its ending.
            for place in [
                14, lines[index].count / 2, lines[index].count - 9, lines[index].count - 3,
            ] {
                variant = lines
                variant[index][place] ^= 1 << UInt8((index + place) % 8)
                variants.append(variant)
            }
        }
        for (index, variant) in variants.enumerated() {
            let bytes = Array(variant.joined())
            let (apart, ordered) = (await verifyInParts(bytes), verify(bytes))
            #expect(apart.problems == ordered.problems, "variant \(index)")
            #expect(apart == ordered, "variant \(index)")
        }
    }

    @Test("each line left out, doubled or put in another place")
    func lines() throws {
        let bytes = try Edition(archive: try Archive.told()).write()
        let lines = bytes.split(separator: 0x0A).map { Array($0) + [0x0A] }
        for index in lines.indices {
            var without = lines
            without.remove(at: index)
            #expect(!verify(Array(without.joined())).isProven, "without line \(index + 1)")
            var doubled = lines
            doubled.insert(lines[index], at: index)
            #expect(!verify(Array(doubled.joined())).isProven, "line \(index + 1) twice")
            guard index > 0 else { continue }
            var swapped = lines
            swapped.swapAt(index, index - 1)
            #expect(!verify(Array(swapped.joined())).isProven, "line \(index + 1) earlier")
        }
    }

    @Test("each length that is not the whole, and anything after the end")
    func lengths() throws {
        let bytes = try Edition(archive: try Archive.told()).write()
        for length in stride(from: 0, to: bytes.count, by: 7) {
            #expect(!verify(Array(bytes.prefix(length))).isProven, "\(length) bytes")
        }
        #expect(!verify(Array(bytes.dropLast())).isProven)
        for more in ["\n", " ", "{}\n"] {
            #expect(!verify(bytes + Array(more.utf8)).isProven)
        }
    }
}
