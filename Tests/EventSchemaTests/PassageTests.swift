// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import Testing

@Suite("The times of the hops in the envelope")
struct PassageTests {
    private func stored(_ passage: EventPassage?, node: String = "node 1") throws -> StoredEvent {
        OutcomeEventSchema.store(
            OutcomeFact(
                event: .signalDiscarded(
                    SignalDiscarded(eventID: Samples.eventID(9), reason: "spam")
                ),
                time: try Samples.time(),
                cause: Cause(position: IngestPosition(1), eventID: Samples.eventID(1))
            ),
            stream: .outcome(try Samples.account(), "conversation-1"),
            version: 1,
            partition: Partition(0),
            position: LogPosition(1),
            metadata: .empty,
            context: EnvelopeContext(
                node: node,
                batch: 1,
                recordedAt: try Samples.time(),
                trace: nil,
                passage: passage
            ),
            previous: .zero
        )
    }

    @Test("what was passed when comes back, clocks that disagree and all")
    func roundTrip() throws {
        let passages: [EventPassage?] = [
            nil,
            try Samples.passage(),
            try Samples.passage(isTimely: true),
            try Samples.passage(by: "node 1", request: nil),
            try Samples.passage(by: "", request: "a\"b"),
            EventPassage(acceptance: nil, takenAt: .latest, decidedAt: .earliest),
            EventPassage(advancedBy: "req_9", takenAt: .earliest, decidedAt: .latest),
            EventPassage(advancedBy: nil, takenAt: .earliest, decidedAt: .latest),
        ]
        for passage in passages {
            let stored = try stored(passage)
            let recorded = try OutcomeEventSchema.recorded(from: stored)
            #expect(recorded.passage == passage)
            #expect(recorded.passage?.request == passage?.request)
            var reader = OutcomeFactReader()
            #expect(try reader.reform(stored, previous: .zero).formed == stored)
        }
    }

    @Test("a catalog change names the request behind it, and is as it was where there is none")
    func catalogRequest() throws {
        for (request, trace) in [(nil, nil), ("req_\"1\"", nil), ("req_1", "00-1-1-01")] {
            let stored = CatalogEventSchema.store(
                event: .customerArchived(try #require(CustomerKey("acme"))),
                time: try Samples.time(),
                author: .commandLine,
                account: try Samples.account(),
                version: 1,
                partition: Partition(64),
                position: LogPosition(1),
                context: EnvelopeContext(
                    node: "a",
                    batch: 0,
                    recordedAt: try Samples.time(),
                    trace: trace,
                    request: request
                ),
                previous: .zero
            )
            let envelope = String(decoding: stored.envelope, as: UTF8.self)
            #expect(envelope.contains("request") == (request != nil))
            #expect(CatalogEventSchema.request(behind: stored) == request)
            #expect(try CatalogEventSchema.reform(stored, previous: .zero).formed == stored)
            let cut = stored.with(envelope: Array(stored.envelope.dropLast()))
            #expect(CatalogEventSchema.request(behind: cut) == nil)
        }
    }

    @Test("the node that accepted it is named only when another one wrote it")
    func acceptedBy() throws {
        let other = try stored(try Samples.passage(by: "node 2"))
        let same = try stored(try Samples.passage(by: "node 1"))
        let name = "accepted_by"
        #expect(String(decoding: other.envelope, as: UTF8.self).contains(name))
        #expect(!String(decoding: same.envelope, as: UTF8.self).contains(name))
    }

    @Test(
        "times that no clock shows are refused",
        arguments: ["-1,0", "0,-1", "253402300799999999,1", "0,0,0", "0", "0,0,0,0,0", "00,1"]
    )
    func refused(times: String) throws {
        let stored = try stored(try Samples.passage(isTimely: true))
        let envelope = String(decoding: stored.envelope, as: UTF8.self)
        let start = try #require(envelope.firstIndex(of: "["))
        let end = try #require(envelope.firstIndex(of: "]"))
        let changed = envelope[...start] + times + envelope[end...]
        let error = #expect(throws: SchemaError.self) {
            try OutcomeEventSchema.recorded(from: stored.with(envelope: Array(changed.utf8)))
        }
        #expect(error?.part == .envelope)
    }
}
