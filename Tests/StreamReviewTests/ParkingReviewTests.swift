// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import OutcomeDomain
import StreamReview
import Testing

@Suite("Parked signals decided again")
struct ParkingReviewTests {
    @Test("a signal that brings parked ones, some of them too late", arguments: ReviewKind.allCases)
    func broughtBySignal(kind: ReviewKind) throws {
        var chronicle = try Chronicle.ready()
        try chronicle.signal("asked", at: 10, customer: "later")
        try chronicle.signal("resolved", at: 20, customer: "later")
        try chronicle.signal("resolved", at: 25, customer: "nobody")
        try chronicle.signal("resolved", at: 500, customer: "later")
        try chronicle.putCustomer("later")
        try chronicle.signal("reopened", at: 510, customer: "later")
        try chronicle.signal("reopened", at: 520, customer: "later")
        #expect(chronicle.findings(by: kind) == [])
        #expect(chronicle.events.count == 4 + 6 + 1)
    }

    @Test("a redrive that brings parked ones, and redrives that bring nothing")
    func broughtByRedrive() throws {
        var chronicle = try Chronicle.ready()
        let first = try chronicle.signal("asked", at: 10, customer: "later")
        let second = try chronicle.signal("resolved", at: 20, customer: "nobody")
        chronicle.redrive(first, at: 30)
        chronicle.redrive(second, at: 31)
        try chronicle.putCustomer("later")
        chronicle.redrive(first, at: 40)
        chronicle.redrive(second, at: 41)
        chronicle.discard(second, at: 42)
        chronicle.settle(through: 1000)
        for kind in ReviewKind.allCases {
            #expect(chronicle.findings(by: kind) == [])
        }
    }

    @Test("an outcome that opens and ends with one signal")
    func dueAtOnce() throws {
        var chronicle = try Chronicle.ready()
        try chronicle.signal("resolved", at: 10, settlesAt: 10)
        #expect(chronicle.events.count == 3)
        #expect(chronicle.findings(by: .catalog) == [])
    }

    @Test("random records over a changing catalog: nothing amiss", arguments: 0..<40)
    func random(seed: UInt64) throws {
        let chronicle = try Self.chronicle(seed: seed)
        for kind in ReviewKind.allCases {
            #expect(chronicle.findings(by: kind) == [])
        }
        var review = CatalogReview(of: .catalog(chronicle.account))
        var findings: [ReviewFinding] = []
        for event in chronicle.changes { review.take(event, into: &findings) }
        #expect(findings == [])
        #expect(review.catalog.version == chronicle.catalog.version)
    }

    @Test("whatever decision is turned round in a random stream, it is found", arguments: 0..<40)
    func turned(seed: UInt64) throws {
        let chronicle = try Self.chronicle(seed: seed)
        for turned in chronicle.facts.indices {
            guard let other = chronicle.facts[turned].turned else { continue }
            let forged = try chronicle.forged { version, fact in
                version == turned + 1 ? [other] : [fact]
            }
            let findings = forged.findings(by: .recorded)
            #expect(findings.contains { $0.place.version >= turned + 1 })
        }
    }

    private static func chronicle(seed: UInt64) throws -> Chronicle {
        var random = SplitMix(seed: seed)
        var chronicle = try Chronicle.ready(period: Int.random(in: 5...40, using: &random))
        var clock = 100
        var letters: [EventID] = []
        for _ in 0..<60 {
            clock += Int.random(in: 0...9, using: &random)
            switch Int.random(in: 0..<12, using: &random) {
            case 0:
                try chronicle.putCustomer(
                    ["later", "acme"].randomElement(using: &random) ?? "asked"
                )
            case 1: try chronicle.putCard(price: "\(Int.random(in: 0...9, using: &random))")
            case 2:
                if let letter = letters.randomElement(using: &random) {
                    chronicle.redrive(letter, at: clock)
                }
            case 3:
                if let letter = letters.randomElement(using: &random) {
                    chronicle.discard(letter, at: clock)
                }
            case 4: chronicle.settle(through: clock)
            default:
                letters.append(
                    try chronicle.signal(
                        ["asked", "resolved", "reopened"].randomElement(using: &random) ?? "asked",
                        at: clock,
                        customer: ["later", "later", "nobody"].randomElement(using: &random)
                            ?? "asked",
                        agent: [nil, "bot", "ghost"].randomElement(using: &random) ?? nil,
                        attribution: Bool.random(using: &random) ? "0.5" : nil,
                        settlesAt: Bool.random(using: &random) ? clock + 3 : nil
                    )
                )
            }
        }
        return chronicle
    }
}

extension OutcomeFact {
    /// The fact with its decision the other way; nil where there is none in it.
    fileprivate var turned: OutcomeFact? {
        switch event {
        case .signalApplied(let applied):
            let resolution: Resolution? =
                applied.scheduledResolution == .confirmed ? .failed : .confirmed
            return with(
                .signalApplied(
                    SignalApplied(
                        signal: applied.signal,
                        number: applied.number,
                        settlesAt: applied.settlesAt,
                        scheduledResolution: resolution,
                        proof: applied.proof
                    )
                )
            )
        case .settled(let settled):
            let ending: Ending = settled.ending == .failed ? .missed : .failed
            return with(.settled(OutcomeSettled(ending: ending, proof: settled.proof)))
        case .signalDeadLettered(let letter) where !letter.code.isUnroutable:
            let other: DeadLetterCode =
                letter.code == .outcomeNotOpen ? .outcomeIdentityMismatch : .outcomeNotOpen
            return with(
                .signalDeadLettered(
                    SignalDeadLettered(signal: letter.signal, code: other, parked: false)
                )
            )
        default:
            return nil
        }
    }
}

/// A generator whose numbers are the same in every run.
private struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
