// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import StreamReview
import Testing

@Suite("Chain and form of a stream")
struct ChainTests {
    private func settled() throws -> Chronicle {
        var chronicle = try Chronicle.ready()
        try chronicle.signal("asked", at: 10)
        try chronicle.signal("resolved", at: 20, attribution: "1.5")
        chronicle.settle(through: 200)
        return chronicle
    }

    @Test("a stream as it was written has nothing amiss", arguments: ReviewKind.allCases)
    func clean(kind: ReviewKind) throws {
        let chronicle = try settled()
        #expect(chronicle.events.count == 4)
        #expect(chronicle.findings(by: kind) == [])
    }

    @Test("any bit changed in any part of an event is found at that event")
    func flippedBits() throws {
        let chronicle = try settled()
        for index in chronicle.events.indices {
            for damaged in chronicle.events[index].damaged {
                var events = chronicle.events
                events[index] = damaged
                let findings = chronicle.findings(events, by: .recorded)
                #expect(findings.first?.place.version == index + 1)
            }
        }
    }

    @Test("a removed event is a gap, two that changed places are two")
    func removed() throws {
        let chronicle = try settled()
        var events = chronicle.events
        let taken = events.remove(at: 1)
        #expect(chronicle.findings(events, by: .recorded).codes == ["3 version_gap"])
        events.insert(taken, at: 2)
        let codes = chronicle.findings(events, by: .recorded).codes
        #expect(codes.contains("3 version_gap"))
        #expect(codes.contains("2 version_gap"))
    }

    @Test("an event of another stream's chain is found though its hash is right")
    func grafted() throws {
        let chronicle = try settled()
        var other = try Chronicle.ready()
        try other.signal("asked", at: 11)
        try other.signal("resolved", at: 20, attribution: "1.5")
        var events = chronicle.events
        events[2] = other.events[2]
        #expect(chronicle.findings(events, by: .recorded).codes.contains("3 chain_broken"))
    }

    @Test("what a finding says stays in one line, whatever the key is")
    func oneLine() throws {
        let place = ReviewPlace(
            stream: .outcome(try need(AccountID("acct_0123456789abcdef")), "a\nb\"\u{1}key"),
            version: 3,
            partition: Partition(7),
            position: LogPosition(11)
        )
        #expect(
            ReviewFinding(.amountDiffers(from: "1 USD for 1", to: "2 USD for 1"), at: place)
                .description
                == #"partition 7, position 11, outcome "a\nb\"\u0001key" of "#
                + "acct_0123456789abcdef, version 3: the amount is stored as 1 USD for 1, and "
                + "comes to 2 USD for 1"
        )
    }
}

extension StoredEvent {
    /// The event with one bit changed, in every byte of every part and in the hashes.
    var damaged: [StoredEvent] {
        var all: [StoredEvent] = []
        for index in header.indices { all.append(with { $0.header[index] ^= 4 }) }
        for index in body.indices { all.append(with { $0.body[index] ^= 1 }) }
        for index in envelope.indices { all.append(with { $0.envelope[index] ^= 2 }) }
        all.append(with { $0.metadata = .plain([0x7B, 0x7D]) })
        all.append(with { $0.previous = Digest.sha256([1]) })
        all.append(with { $0.hash = Digest.sha256([1]) })
        all.append(with { $0.eventID = nil })
        return all
    }

    struct Parts {
        var eventID: EventID?
        var header: [UInt8]
        var body: [UInt8]
        var metadata: MetadataSlot
        var envelope: [UInt8]
        var previous: Digest
        var hash: Digest
    }

    func with(_ change: (inout Parts) -> Void) -> StoredEvent {
        var parts = Parts(
            eventID: eventID,
            header: header,
            body: body,
            metadata: metadata,
            envelope: envelope,
            previous: previous,
            hash: hash
        )
        change(&parts)
        return StoredEvent(
            partition: partition,
            position: position,
            stream: stream,
            version: version,
            eventID: parts.eventID,
            header: parts.header,
            body: parts.body,
            metadata: parts.metadata,
            envelope: parts.envelope,
            previous: parts.previous,
            hash: parts.hash
        )
    }
}
