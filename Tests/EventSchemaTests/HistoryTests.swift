// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import Foundation
import OutcomeDomain
import Testing

@Suite("Golden histories")
struct HistoryTests {
    @Test("every history that was ever stored replays to the state it had, chain and all")
    func replayed() throws {
        for name in try GoldenHistory.names() {
            let history = try GoldenHistory(named: name)
            #expect(!history.events.isEmpty, "\(name)")
            var chain = StreamChain()
            var outcome = Outcome()
            for event in history.events {
                #expect(throws: Never.self, "\(name)") { try chain.follow(event) }
                let recorded = try OutcomeEventSchema.recorded(from: event)
                outcome.evolve(recorded.fact)
            }
            #expect(outcome.golden == history.state, "\(name)")
        }
    }

    @Test("a changed byte anywhere in a history breaks its chain at that version")
    func tampered() throws {
        let history = try GoldenHistory(named: "confirmed")
        for (index, event) in history.events.enumerated() {
            var chain = StreamChain()
            for before in history.events.prefix(index) { try chain.follow(before) }
            var body = event.body
            body[body.count / 2] ^= 1
            var envelope = event.envelope
            envelope[envelope.count / 2] ^= 1
            for tampered in [event.with(body: body), event.with(envelope: envelope)] {
                var chain = chain
                #expect {
                    try chain.follow(tampered)
                } throws: { error in
                    (error as? StreamChain.Break)?.version == event.version
                }
            }
        }
        var chain = StreamChain()
        try chain.follow(history.events[0])
        #expect(throws: StreamChain.Break.self) { try chain.follow(history.events[2]) }
    }

    @Test("they hold every type of event and every way a stream can stand")
    func coverage() throws {
        let histories = try GoldenHistory.names().map { try GoldenHistory(named: $0) }
        let states = Set(histories.compactMap { $0.state.first?.string })
        #expect(
            states.isSuperset(of: [
                "unopened", "live OPEN", "live PENDING", "settled CONFIRMED", "settled FAILED",
                "settled MISSED",
            ])
        )
        var types: Set<String> = []
        for event in histories.flatMap(\.events) {
            switch try OutcomeEventSchema.fact(from: event).event {
            case .opened: types.insert("opened")
            case .signalApplied: types.insert("applied")
            case .signalDeadLettered(let letter): types.insert(letter.code.rawValue)
            case .signalRedriven(let redriven):
                types.insert(redriven.code == nil ? "routed" : "kept")
            case .signalDiscarded: types.insert("discarded")
            case .settled: types.insert("settled")
            }
        }
        #expect(
            types.isSuperset(of: [
                "opened", "applied", "routed", "kept", "discarded", "settled",
                "CUSTOMER_NOT_FOUND", "OUTCOME_IDENTITY_MISMATCH", "OUTCOME_NOT_OPEN",
            ])
        )
    }

    /// How the files were made, with the domain and the schema of their day.
    ///
    /// `ASSAY_WRITE_HISTORIES=DIRECTORY` writes those that are not there yet. A file that has been
    /// released is never written again: when the form changes, new ones are added with the schema's
    /// next number. Before the first release, and then only, they may be made anew.
    @Test(
        "new histories are written from the domain",
        .enabled(if: ProcessInfo.processInfo.environment["ASSAY_WRITE_HISTORIES"] != nil)
    )
    func write() throws {
        let path = try Samples.need(ProcessInfo.processInfo.environment["ASSAY_WRITE_HISTORIES"])
        for history in try HistoryWriter.all() {
            let file = URL(fileURLWithPath: path).appendingPathComponent("\(history.name).1.txt")
            guard !FileManager.default.fileExists(atPath: file.path) else { continue }
            try Data(history.file).write(to: file)
        }
    }
}
