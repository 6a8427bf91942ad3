// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import Foundation
import OutcomeDomain

/// A whole stream as it was stored once, and the state it came to.
///
/// The files are added to and never changed, whatever the code becomes: every stream that was ever
/// written replays to the state it had (RELIABILITY R15).
struct GoldenHistory {
    let name: String
    let events: [StoredEvent]
    /// What `Outcome.golden` said when the file was written.
    let state: [Text]

    static let introduction = [
        "A stream as it was stored, and at its end the state it came to. This file never changes:",
        "whatever reads streams has to read this one, to this state (see HistoryTests).",
        "Each event: place, version and event id; header; body; metadata slot; envelope; previous "
            + "hash; hash.",
    ]

    /// The names of all files.
    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: try folder().path)
            .filter { $0.hasSuffix(".txt") }
            .map { String($0.prefix { $0 != "." }) }.sorted()
    }

    private static func folder() throws -> URL {
        try Samples.need(Bundle.module.resourceURL).appendingPathComponent("Histories")
    }

    /// Reads a file.
    init(named name: String) throws {
        let url = try Self.folder().appendingPathComponent("\(name).1.txt")
        let lines = try Data(contentsOf: url)
            .split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { try Samples.need(Text(utf8: $0)) }
        self.name = name
        var rest = lines.drop { $0.utf8.first == 0x23 }
        let stream = try JSONReader.read(Array(try Samples.need(rest.popFirst()).utf8))
        guard case .object(let members) = stream, case .string(let account)? = members["account"],
            case .string(let key)? = members["key"]
        else { throw Samples.Unmakeable() }
        let id = StreamID.outcome(try Samples.need(AccountID(account.string)), key)
        var events: [StoredEvent] = []
        while let first = rest.first, first != "state" {
            events.append(try Self.event(of: id, Array(rest.prefix(8))))
            rest = rest.dropFirst(8)
        }
        self.events = events
        state = Array(rest.dropFirst().prefix { !$0.utf8.isEmpty })
    }

    private static func event(of stream: StreamID, _ lines: [Text]) throws -> StoredEvent {
        let place = lines[0].string.split(separator: " ").map(String.init)
        let placed = StoredEvent(
            partition: Partition(try Samples.need(Int(place[0]))),
            position: LogPosition(try Samples.need(Int64(place[1]))),
            stream: stream,
            version: try Samples.need(Int(place[2])),
            eventID: EventID(place[3]),
            header: [],
            body: [],
            metadata: .empty,
            envelope: [],
            previous: .zero,
            hash: .zero
        )
        return try placed.reading(Array(lines.dropFirst()))
    }

    /// Puts down what has just been decided.
    init(_ name: String, _ events: [StoredEvent], _ outcome: Outcome) {
        self.name = name
        self.events = events
        state = outcome.golden
    }

    /// The file.
    var file: [UInt8] {
        var bytes: [UInt8] = []
        func add(_ line: Text) {
            bytes += Array(line.utf8)
            bytes.append(0x0A)
        }
        for line in Self.introduction { add(Text("# " + line)) }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("account", events.first?.stream.account.text ?? "")
        writer.member("key", events.first?.stream.key ?? "")
        writer.endObject()
        bytes += writer.bytes
        bytes.append(0x0A)
        for event in events {
            let id = event.eventID?.description ?? "-"
            add(Text("\(event.partition) \(event.position) \(event.version) \(id)"))
            for line in event.goldenLines { add(line) }
        }
        add("state")
        for line in state { add(line) }
        return bytes
    }
}

extension Outcome {
    /// The state, member by member.
    var golden: [Text] {
        var lines: [String] = []
        switch phase {
        case .unopened:
            lines.append("unopened")
        case .live(let live):
            lines.append("live \(state?.rawValue ?? "")")
            lines.append("opened_at \(live.openedAt)")
            lines.append("settles_at \(live.settlesAt)")
            lines.append("scheduled_resolution \(live.scheduledResolution?.rawValue ?? "none")")
            lines.append("signals \(live.signalCount)")
            lines.append("contract \(live.terms.contract.hash.hex)")
            lines.append("price \(live.terms.price) \(live.terms.currency)")
            lines.append("timer \(live.timerCause.position) \(live.timerCause.eventID)")
            for (fact, tally) in zip(live.terms.contract.facts, live.tallies) {
                lines.append(
                    "tally \(fact) \(tally.count) \(tally.latestValue.map(\.text) ?? "-")"
                )
            }
            lines.append("quantity \(live.attribution.quantity)")
        case .settled(let settled):
            lines.append("settled \(settled.ending.state.rawValue)")
            lines.append("settled_at \(settled.settledAt)")
            lines.append("agent \(settled.agent) customer \(settled.customer)")
            if let charge = settled.ending.charge {
                lines.append("charge \(charge.quantity) \(charge.amount) \(charge.currency)")
            }
        }
        lines += parked.map { "parked \($0.key) \($0.value.code.rawValue)" }.sorted()
        lines += refused.map { "refused \($0.key) \($0.value.rawValue)" }.sorted()
        return lines.map { Text($0) }
    }
}
