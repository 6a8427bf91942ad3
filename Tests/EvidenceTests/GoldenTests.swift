// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import Evidence
import ExactValues
import Foundation
import OutcomeDomain
import Testing
import TransparencyLog

@Suite("Bundles that were written once are verified for ever")
struct GoldenTests {
    private static let writes = ProcessInfo.processInfo.environment["ASSAY_WRITE_GOLDEN"] != nil

    private static func names(_ beginning: String) throws -> [String] {
        let folder = try need(Bundle.module.resourceURL).appendingPathComponent("Golden")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasPrefix(beginning) && $0.hasSuffix(".ndjson") }
            .sorted()
    }

    private static func bytes(_ name: String) throws -> [UInt8] {
        let folder = try need(Bundle.module.resourceURL).appendingPathComponent("Golden")
        return Array(try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    @Test("the good ones are proven", .enabled(if: !writes))
    func good() throws {
        let names = try Self.names("good-")
        #expect(names.count == 4)
        for name in names {
            #expect(verify(try Self.bytes(name)).problems == [], "\(name)")
        }
    }

    @Test("the forged ones are not, and the place is named", .enabled(if: !writes))
    func forged() throws {
        let places = String(decoding: try Self.bytes("places.txt"), as: UTF8.self)
            .split(separator: "\n")
        #expect(places.count == (try Self.names("forged-").count))
        for line in places {
            let parts = line.split(separator: "\t")
            let report = verify(try Self.bytes("forged-\(parts[0]).ndjson"))
            let first = report.problems.first?.description ?? "nothing"
            #expect(first.hasPrefix(String(parts[1])), "\(parts[0]): \(first)")
        }
    }

    // Not a test: how the files came about. Only before a release, see README.md beside them.
    @Test("the files are written anew", .enabled(if: writes))
    func write() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden")
        var whole = Edition(archive: try Archive.told())
        whole.keys = Archive.keys
        var posting = Edition(archive: whole.archive)
        posting.keys = [Archive.parked]
        posting.subject = .posting(
            PostingID(
                settlementOf: try need(OutcomeKey(Archive.parked)),
                account: whole.archive.account
            )
        )
        var period = Edition(archive: whole.archive)
        period.keys = [Archive.confirmed, Archive.free]
        period.subject = .period(
            try need(CustomerKey("acme")),
            from: instant(0),
            to: instant(86_400)
        )
        period.earlier = [period.archive.partition(of: Archive.confirmed): 3]
        let one = Edition(archive: whole.archive)
        let good = [
            ("outcomes", whole), ("outcome", one), ("posting", posting), ("period", period),
        ]
        for (name, edition) in good {
            try Data(try edition.write())
                .write(to: folder.appendingPathComponent("good-\(name).ndjson"))
        }
        var places = ""
        for forged in try ForgedBundle.all() {
            try Data(forged.bytes)
                .write(to: folder.appendingPathComponent("forged-\(forged.name).ndjson"))
            places += "\(forged.name)\t\(forged.place)\n"
        }
        try Data(places.utf8).write(to: folder.appendingPathComponent("places.txt"))
        let keys = "\(TestKeys.own.verifierKey)\n"
        try Data(keys.utf8).write(to: folder.appendingPathComponent("key.txt"))
    }
}
