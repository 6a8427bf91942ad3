// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import Evidence
import ExactValues
import OutcomeDomain
import TransparencyLog

/// A bundle that the holder of the log's key has made and sealed, and that proves nothing.
struct ForgedBundle {
    let name: String
    /// The beginning of the first problem that has to be told.
    let place: String
    let bytes: [UInt8]

    init(name: String, place: String, bytes: [UInt8]) {
        self.name = name
        self.place = place
        self.bytes = bytes
    }

    init(_ name: String, at place: String, _ edition: Edition) throws {
        self.init(name: name, place: place, bytes: try edition.write())
    }

    static func all() throws -> [ForgedBundle] {
        try ofLogs() + ofEvents() + ofFacts() + ofBooks() + ofBytes()
    }

    // MARK: Keys, checkpoints and proofs

    private static func ofLogs() throws -> [ForgedBundle] {
        let archive = try Archive.told()
        var strange = Edition(archive: archive)
        strange.signer = TestKeys.stranger
        strange.listed.append(TestKeys.stranger.verifierKey)
        var unlisted = Edition(archive: archive)
        unlisted.listed = []
        var sealed = Edition(archive: archive)
        sealed.sealer = TestKeys.stranger
        sealed.listed.append(TestKeys.stranger.verifierKey)
        var other = Edition(archive: archive)
        other.provenPlace = { event in
            event.stream.kind == .outcome && event.version == 3
                ? event.position.value - 1 : event.position.value
        }
        var change = Edition(archive: archive)
        change.provenPlace = { event in
            event.stream.kind == .catalog && event.version == 2
                ? event.position.value - 1 : event.position.value
        }
        var moved = Edition(archive: archive)
        moved.partition = { ($0 + 1) % Archive.partitions }
        return [
            try ForgedBundle("untrusted-checkpoint", at: "line 4, checkpoint", strange),
            try ForgedBundle("unlisted-key", at: "line 2, checkpoint", unlisted),
            try ForgedBundle("untrusted-seal", at: "line 23, seal", sealed),
            try ForgedBundle("proof-of-another-leaf", at: "line 16, event", other),
            try ForgedBundle("proof-of-another-change", at: "line 6, catalog", change),
            try ForgedBundle("another-partition", at: "line 13, stream", moved),
        ]
    }

    // MARK: Events left out, put in, put elsewhere

    private static func ofEvents() throws -> [ForgedBundle] {
        let archive = try Archive.told()
        var missing = Edition(archive: archive)
        missing.events = { _, events in events.filter { $0.version != 3 } }
        var cut = Edition(archive: archive)
        cut.events = { _, events in events.dropLast() }
        cut.versions = { $0 + 1 }
        var swapped = Edition(archive: archive)
        swapped.events = { _, events in
            var events = events
            events.swapAt(1, 2)
            return events
        }
        var foreign = Edition(archive: archive)
        foreign.events = { _, events in
            var events = events
            events[1] = archive.streams[Archive.failed, default: []][1]
            return events
        }
        var twice = Edition(archive: archive)
        twice.keys = [Archive.confirmed, Archive.confirmed]
        twice.subject = .outcomes([try need(OutcomeKey(Archive.confirmed))])
        var fewer = Edition(archive: archive)
        fewer.subject = .outcomes(
            [try need(OutcomeKey(Archive.confirmed)), try need(OutcomeKey(Archive.failed))]
        )
        return [
            try ForgedBundle("version-missing", at: "line 16, event", missing),
            try ForgedBundle("stream-cut", at: "line 13, stream", cut),
            try ForgedBundle("events-swapped", at: "line 15, event", swapped),
            try ForgedBundle("foreign-event", at: "line 15, event", foreign),
            try ForgedBundle("outcome-twice", at: "line 21, stream", twice),
            try ForgedBundle("outcome-missing", at: "the file", fewer),
        ]
    }

    // MARK: Facts that were never decided, in a log that was written anew

    private static func ofFacts() throws -> [ForgedBundle] {
        [
            try forged("wrong-verdict", Archive.failed, at: "line 16, event") { version, fact in
                fact.changingApplied(version == 3) { $0.with(resolution: .confirmed) }
            },
            try forged("wrong-truth", Archive.failed, at: "line 16, event") { version, fact in
                fact.changingApplied(version == 3) { $0.flippingProof() }
            },
            try forged("wrong-amount", Archive.confirmed, at: "line 18, event") { _, fact in
                fact.changingCharge(quantity: "3", price: "0.25")
            },
            try forged("confirmed-not-failed", Archive.failed, at: "line 17, event") { _, fact in
                fact.confirming(quantity: "1", price: "0.25")
            },
            try forged("signal-left-out", Archive.failed, at: "line 16, event") { version, fact in
                version == 3 && !fact.isSettlement ? [] : [fact]
            },
            try forged("settled-early", Archive.confirmed, at: "line 18, event") { _, fact in
                fact.isSettlement ? [fact.at(instant(3_000))] : [fact]
            },
            try forged("late-signal-applied", Archive.confirmed, at: "line 19, event") { _, fact in
                fact.applyingLateSignal()
            },
            try forged("letter-by-another-code", Archive.parked, at: "line 17, event") {
                version,
                fact in
                fact.changingCode(version == 4, to: .outcomeNotOpen)
            },
        ]
    }

    // MARK: Terms, postings and totals

    private static func ofBooks() throws -> [ForgedBundle] {
        let archive = try Archive.told()
        var unposted = Edition(archive: archive)
        unposted.posting = { _ in nil }
        var reposted = Edition(archive: archive)
        reposted.posting = { $0.with(quantity: "2", amount: "0.75") }
        var uncatalogued = Edition(archive: archive)
        uncatalogued.holdsChange = { if case .agentPut(_) = $0 { false } else { true } }
        return [
            try forged("wrong-price", Archive.confirmed, at: "line 14, event") { _, fact in
                fact.changingTerms(price: "0.5")
                    .flatMap { $0.changingCharge(quantity: "2", price: "0.5") }
            },
            try forged("wrong-customer", Archive.confirmed, at: "line 15, event") { _, fact in
                fact.changingTerms(customer: "zenith")
            },
            try ForgedBundle("posting-missing", at: "line 13, stream", unposted),
            try ForgedBundle("posting-altered", at: "line 20, posting", reposted),
            try ForgedBundle("catalog-missing", at: "line 12, event", uncatalogued),
        ]
    }

    private static func forged(
        _ name: String,
        _ key: Text,
        at place: String,
        _ change: @escaping (Int, OutcomeFact) -> [OutcomeFact]
    ) throws -> ForgedBundle {
        let archive = try Archive.told { of, version, fact in
            of == key ? change(version, fact) : [fact]
        }
        var edition = Edition(archive: archive)
        edition.keys = [key]
        return try ForgedBundle(name, at: place, edition)
    }
}
