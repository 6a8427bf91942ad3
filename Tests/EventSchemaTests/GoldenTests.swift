// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import Testing

@Suite("Golden files")
struct GoldenTests {
    @Test("an outcome's events are written to the byte as they always were")
    func outcomeEventsAreWritten() throws {
        for (name, _, stored) in try Samples.outcomeChain() {
            #expect(try stored.goldenLines == Golden.lines(name), "\(name)")
        }
    }

    @Test("an outcome's events are read as they always were")
    func outcomeEventsAreRead() throws {
        for (name, fact, stored) in try Samples.outcomeChain() {
            let golden = try stored.reading(Golden.lines(name))
            #expect(try OutcomeEventSchema.fact(from: golden) == fact, "\(name)")
            let context = try Samples.context(
                trace: name == "outcome_opened" ? nil : trace,
                isTimely: name.hasPrefix("outcome_settled")
            )
            #expect(
                try OutcomeEventSchema.recorded(from: golden)
                    == RecordedFact(golden, fact: fact, context: context),
                "\(name)"
            )
        }
    }

    private let trace = "00-0af7651916cd43dd-01"

    @Test("catalog changes are written to the byte as they always were")
    func catalogEventsAreWritten() throws {
        for (name, _, stored) in try Samples.catalogChain() {
            #expect(try stored.goldenLines == Golden.lines(name), "\(name)")
        }
    }

    @Test("catalog changes are read as they always were")
    func catalogEventsAreRead() throws {
        for (name, fact, stored) in try Samples.catalogChain() {
            let golden = try stored.reading(Golden.lines(name))
            #expect(try CatalogEventSchema.fact(from: golden) == fact, "\(name)")
        }
    }

    @Test("delivered value is written to the byte as it always was")
    func valuesAreWritten() throws {
        for (name, _, stored) in try Samples.valueEvents() {
            #expect(try stored.goldenLines == Golden.lines(name), "\(name)")
        }
    }

    @Test("delivered value is read as it always was")
    func valuesAreRead() throws {
        for (name, fact, stored) in try Samples.valueEvents() {
            let golden = try stored.reading(Golden.lines(name))
            #expect(golden.computedHash == golden.hash, "\(name)")
            #expect(try ValueEventSchema.fact(from: golden) == fact, "\(name)")
            #expect(try ValueEventSchema.reform(golden).formed == stored, "\(name)")
            #expect(try LoggedFact(golden).value?.fact == fact, "\(name)")
        }
    }

    @Test("ingest payloads are written and read as they always were")
    func payloads() throws {
        for (name, payload) in try Samples.payloads() {
            let golden = try Golden.lines(name)
            #expect(payload.encoded() == Array(golden[0].utf8), "\(name)")
            #expect(try IngestPayload(decoding: Array(golden[0].utf8)) == payload, "\(name)")
        }
    }

    @Test("the digest that tells a body from another is what it always was")
    func fieldsDigest() throws {
        let golden = try Golden.lines("payload_signal")
        #expect(try Samples.signalPayload().fieldsDigest.hex == golden[1].string)
        let value = try Golden.lines("payload_value")
        #expect(try Samples.valuePayload(full: true).fieldsDigest.hex == value[1].string)
    }

    @Test("every type has a golden file and every golden file a sample")
    func everyTypeIsCovered() throws {
        var samples: [String] = []
        samples += try Samples.outcomeEvents().map(\.name)
        samples += try Samples.catalogEvents().map(\.name)
        samples += try Samples.payloads().map(\.name)
        samples += try Samples.valueEvents().map(\.name)
        #expect(try Golden.names() == Set(samples))
        #expect(Set(samples).count == samples.count)
    }

    @Test("the stored hashes chain the golden events, each to the one before")
    func chain() throws {
        var previous = Digest.zero
        for (name, _, stored) in try Samples.outcomeChain() {
            let golden = try stored.reading(Golden.lines(name))
            #expect(golden.previous == previous, "\(name)")
            #expect(golden.computedHash == golden.hash, "\(name)")
            previous = golden.hash
        }
        previous = .zero
        for (name, _, stored) in try Samples.catalogChain() {
            let golden = try stored.reading(Golden.lines(name))
            #expect(golden.previous == previous, "\(name)")
            #expect(golden.computedHash == golden.hash, "\(name)")
            previous = golden.hash
        }
    }

    @Test("one changed byte anywhere changes the hash")
    func tampering() throws {
        let stored = try Samples.need(try Samples.outcomeChain().first).stored
        for index in stored.body.indices {
            var body = stored.body
            body[index] ^= 1
            #expect(stored.with(body: body).computedHash != stored.hash)
        }
    }
}
