// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import Testing

@Suite("What is damaged is refused, by name and place")
struct MalformedTests {
    private func opened() throws -> StoredEvent {
        try Samples.need(try Samples.outcomeChain().first).stored
    }

    private func replacing(_ bytes: [UInt8], _ old: String, _ new: String) throws -> [UInt8] {
        let parts = String(decoding: bytes, as: UTF8.self).split(
            separator: old,
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        try #require(parts.count == 2)
        return Array("\(parts[0])\(new)\(parts[1])".utf8)
    }

    private func error(reading stored: StoredEvent) -> SchemaError? {
        do throws(SchemaError) {
            _ = try OutcomeEventSchema.recorded(from: stored)
            return nil
        } catch {
            return error
        }
    }

    @Test("an event cut short anywhere is refused")
    func truncation() throws {
        for (name, _, stored) in try Samples.outcomeChain() {
            for count in 0..<stored.body.count {
                let cut = stored.with(body: Array(stored.body.prefix(count)))
                #expect(error(reading: cut)?.part == .body, "\(name) \(count)")
            }
            for count in 0..<stored.header.count {
                let cut = stored.with(header: Array(stored.header.prefix(count)))
                #expect(error(reading: cut)?.part == .header, "\(name) \(count)")
            }
            for count in 0..<stored.envelope.count {
                let cut = stored.with(envelope: Array(stored.envelope.prefix(count)))
                #expect(error(reading: cut)?.part == .envelope, "\(name) \(count)")
            }
        }
        for (name, _, stored) in try Samples.catalogChain() {
            for count in 0..<stored.body.count {
                let cut = stored.with(body: Array(stored.body.prefix(count)))
                #expect(throws: SchemaError.self, "\(name)") {
                    try CatalogEventSchema.fact(from: cut)
                }
            }
        }
        for (name, _, stored) in try Samples.valueEvents() {
            for count in 0..<stored.body.count {
                let cut = stored.with(body: Array(stored.body.prefix(count)))
                #expect(throws: SchemaError.self, "\(name)") {
                    try ValueEventSchema.recorded(from: cut)
                }
            }
        }
        for (name, payload) in try Samples.payloads() {
            let bytes = payload.encoded()
            for count in 0..<bytes.count {
                #expect(throws: SchemaError.self, "\(name)") {
                    try IngestPayload(decoding: Array(bytes.prefix(count)))
                }
            }
        }
    }

    @Test("something after the end is refused")
    func surplus() throws {
        let stored = try opened()
        #expect(error(reading: stored.with(body: stored.body + [0x20]))?.part == .body)
        #expect(error(reading: stored.with(header: stored.header + [0x7D]))?.part == .header)
        #expect(error(reading: stored.with(envelope: stored.envelope + [0x0A]))?.part == .envelope)
        let payload = try Samples.need(try Samples.payloads().first).payload.encoded()
        #expect(throws: SchemaError.self) { try IngestPayload(decoding: payload + [0x7D]) }
    }

    @Test("no changed byte brings the reader down, and none yields the same fact")
    func anyByte() throws {
        for (name, fact, stored) in try Samples.outcomeChain() {
            for index in stored.body.indices {
                for byte in [0x00, 0x22, 0x30, 0x5C, 0x7D, 0xFF] as [UInt8]
                where byte != stored.body[index] {
                    var body = stored.body
                    body[index] = byte
                    let read = try? OutcomeEventSchema.fact(from: stored.with(body: body))
                    #expect(read != fact, "\(name) byte \(index)")
                }
            }
        }
    }

    @Test("a type that is not known is named as such")
    func unknownType() throws {
        let stored = try opened()
        let header = try replacing(stored.header, "outcome_opened", "outcome_reopened")
        let failure = try #require(error(reading: stored.with(header: header)))
        #expect(failure.reason == .unknownType)
        #expect(failure.type == nil)
        #expect(failure.position == stored.position)
    }

    @Test("a schema version that is not known is named as such")
    func unknownSchema() throws {
        let stored = try opened()
        let header = try replacing(stored.header, "\"schema\":1", "\"schema\":2")
        let failure = try #require(error(reading: stored.with(header: header)))
        #expect(failure.reason == .unknownSchema)
        #expect(failure.type == "outcome_opened")

        let payload = try Samples.need(try Samples.payloads().first).payload.encoded()
        let later = try replacing(payload, "\"schema\":1", "\"schema\":2")
        #expect(throws: SchemaError.self) { try IngestPayload(decoding: later) }
    }

    @Test("a header that names another place than the event's own is a contradiction")
    func contradictions() throws {
        let stored = try opened()
        let other = StreamID.outcome(stored.stream.account, "another key")
        #expect(error(reading: stored.with(stream: other))?.reason == .contradiction)
        let foreign = StreamID.outcome(
            try Samples.need(AccountID("acct_other")),
            stored.stream.key
        )
        #expect(error(reading: stored.with(stream: foreign))?.reason == .contradiction)
        #expect(error(reading: stored.with(version: 2))?.reason == .contradiction)
        let moved = try #require(error(reading: stored.with(position: LogPosition(1))))
        #expect(moved.reason == .contradiction)
        #expect(moved.part == .envelope)
    }

    @Test("a key that only looks the same until its escapes are read is a contradiction")
    func escapedKey() throws {
        let stored = try opened()
        let header = try replacing(
            stored.header,
            "\"key\":\"key \\\"\u{E9}e\u{301}\\\\\"",
            "\"key\":\"a\\nb\""
        )
        let literal = StreamID.outcome(stored.stream.account, "a\\nb")
        #expect(
            error(reading: stored.with(header: header, stream: literal))?.reason == .contradiction
        )
        let newline = StreamID.outcome(stored.stream.account, "a\nb")
        #expect(error(reading: stored.with(header: header, stream: newline)) == nil)
    }

    @Test("an outcome's reader refuses a catalog's event, and the other way round")
    func kinds() throws {
        let outcome = try opened()
        let catalog = try Samples.need(try Samples.catalogChain().first).stored
        #expect(error(reading: catalog)?.part == .header)
        #expect(throws: SchemaError.self) { try CatalogEventSchema.fact(from: outcome) }
    }

    @Test("a contract that is not the one its hash names is refused, known or not")
    func contractHash() throws {
        let stored = try opened()
        #expect(error(reading: stored) == nil)
        let body = try replacing(
            stored.body,
            "\"settlement_period\":3600",
            "\"settlement_period\":3601"
        )
        #expect(error(reading: stored.with(body: body))?.reason == .invalidValue)
    }

    @Test("rules of the domain hold for what is read")
    func invalidValues() throws {
        let stored = try opened()
        let changes = [
            ("\"agent_key\":\"support-agent_1\"", "\"agent_key\":\"Support\""),
            ("\"price_per_unit\":\"1", "\"price_per_unit\":\"-1"),
            ("\"currency\":\"KWD\"", "\"currency\":\"kwd\""),
            ("\"contract_version\":3", "\"contract_version\":0"),
            ("\"rate_card_version\":2", "\"rate_card_version\":-2"),
        ]
        for (old, new) in changes {
            let body = try replacing(stored.body, old, new)
            #expect(error(reading: stored.with(body: body))?.reason == .invalidValue, "\(new)")
        }
    }

    @Test("an error names type and place, and nothing of what is written")
    func description() throws {
        let chain = try Samples.outcomeChain()
        let stored = try Samples.need(chain.first { $0.name == "signal_applied-string" }).stored
        let broken = stored.with(body: Array(stored.body.dropLast(40)))
        let text = try #require(error(reading: broken)).description
        #expect(text.contains("signal_applied"))
        #expect(text.contains("partition 63, position 1003"))
        #expect(!text.contains("Caf"))
        #expect(!text.contains("say"))
    }
}
