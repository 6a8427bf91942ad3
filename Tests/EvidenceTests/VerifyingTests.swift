// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import EventStore
import Evidence
import ExactValues
import OutcomeDomain
import Testing
import TransparencyLog

@Suite("A bundle proves what it says, or says where it does not")
struct VerifyingTests {
    @Test("outcomes of every kind are proven, and what was checked is counted")
    func outcomes() throws {
        var edition = Edition(archive: try Archive.told())
        edition.keys = Archive.keys
        let report = verify(try edition.write())
        #expect(report.problems == [])
        #expect(report.isProven)
        #expect(report.streams == 6)
        let events = Archive.keys.reduce(0) { $0 + edition.archive.streams[$1, default: []].count }
        #expect(report.events == events)
        #expect(report.decisions == events)
        #expect(report.postings == 3)
        #expect(report.totals == 2)
        #expect(report.unsettled == 1)
        #expect(report.provenUntil == instant(10_000))
        #expect(report.signers == [TestKeys.own.verifierKey])
    }

    @Test("an outcome is proven whatever way it went", arguments: Archive.keys)
    func outcome(_ key: Text) throws {
        var edition = Edition(archive: try Archive.told())
        edition.keys = [key]
        #expect(verify(try edition.write()).problems == [])
    }

    @Test("a posting is proven")
    func posting() throws {
        var edition = Edition(archive: try Archive.told())
        let key = try need(OutcomeKey(Archive.confirmed))
        edition.subject = .posting(
            PostingID(settlementOf: key, account: edition.archive.account)
        )
        #expect(verify(try edition.write()).problems == [])
        edition.keys = [Archive.failed]
        #expect(!verify(try edition.write()).isProven)
    }

    @Test("a period holds the customer's postings, newest first, each once")
    func period() throws {
        var edition = Edition(archive: try Archive.told())
        let customer = try need(CustomerKey("acme"))
        edition.subject = .period(customer, from: instant(0), to: instant(4_000))
        edition.keys = [Archive.confirmed, Archive.free]
        #expect(verify(try edition.write()).problems == [])
        edition.keys = [Archive.free, Archive.confirmed]
        #expect(!verify(try edition.write()).isProven)
        edition.keys = [Archive.confirmed, Archive.confirmed]
        #expect(!verify(try edition.write()).isProven)
        edition.keys = [Archive.failed]
        #expect(!verify(try edition.write()).isProven)
        edition.keys = [Archive.confirmed]
        edition.subject = .period(customer, from: instant(0), to: instant(3_900))
        #expect(!verify(try edition.write()).isProven)
        edition.subject = .period(
            try need(CustomerKey("other")),
            from: instant(0),
            to: instant(4_000)
        )
        #expect(!verify(try edition.write()).isProven)
    }

    @Test("only keys that are given are trusted")
    func keys() throws {
        let bytes = try Edition(archive: try Archive.told()).write()
        let stranger = TestKeys.stranger.verifierKey
        let report = verify(bytes, trusting: [stranger])
        #expect(report.problems.first?.line == 3)
        #expect(report.problems.first?.field == "note")
        #expect(verify(bytes, trusting: [stranger, TestKeys.own.verifierKey]).isProven)
    }

    @Test("what holds for the log's key as well is refused where it stands")
    func forgeries() throws {
        for forged in try ForgedBundle.all() {
            let report = verify(forged.bytes)
            let first = report.problems.first?.description ?? "nothing"
            #expect(first.hasPrefix(forged.place), "\(forged.name): \(first)")
        }
    }

    @Test("exported checkpoints are held against the bundle's")
    func exported() throws {
        let archive = try Archive.told()
        let partition = archive.partition(of: Archive.confirmed)
        let otherPartition = try need((0..<Archive.partitions).first { $0 != partition })
        var edition = Edition(archive: archive)
        edition.earlier = [partition: 3]
        let bytes = try edition.write()
        let kept = [
            try TestKeys.own.sign(archive.checkpoint(partition, size: 3).text),
            try TestKeys.own.sign(archive.checkpoint(Archive.partitions).text),
            try TestKeys.own.sign(archive.checkpoint(otherPartition).text),
        ]
        let report = verify(bytes, exported: kept)
        #expect(report.problems == [])
        #expect(report.comparedCheckpoints == 2)
        #expect(report.otherCheckpoints == 1)
        let between = try TestKeys.own.sign(archive.checkpoint(partition, size: 2).text)
        let passedOver = verify(bytes, exported: kept + [between])
        #expect(passedOver.problems.map(\.line) == [0])
        #expect(passedOver.problems.first?.what.contains("with 2 events") == true)

        let forked = try Archive.told { [$2.at($2.time.adding(microseconds: 1))] }
        let fork = [try TestKeys.own.sign(forked.checkpoint(partition, size: 3).text)]
        #expect(verify(bytes, exported: fork).problems.first?.section == "consistency")
        let same = [try TestKeys.own.sign(forked.checkpoint(partition).text)]
        #expect(verify(bytes, exported: same).problems.first?.section == "checkpoint")
        let strange = [try TestKeys.stranger.sign(archive.checkpoint(partition).text)]
        #expect(verify(bytes, exported: strange).problems.first?.line == 0)
    }

    @Test("at most so many problems are named, and all are counted")
    func manyProblems() throws {
        var edition = Edition(archive: try Archive.told())
        edition.keys = Archive.keys
        let text = String(decoding: try edition.write(), as: UTF8.self)
        let changed = text.replacing("\"position\":", with: "\"place\":")
        let report = verify(Array(changed.utf8))
        #expect(report.problems.count == EvidenceReport.limitProblems)
        #expect(report.problemCount > EvidenceReport.limitProblems)
    }
}
