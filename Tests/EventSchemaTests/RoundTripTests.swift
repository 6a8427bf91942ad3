// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import Testing

@Suite("What is written is read back")
struct RoundTripTests {
    private func roundTrip(
        _ event: OutcomeEvent,
        key: Text = "conversation-1"
    ) throws -> OutcomeFact {
        let fact = OutcomeFact(
            event: event,
            time: try Samples.time(),
            cause: Cause(position: IngestPosition(1), eventID: Samples.eventID(1))
        )
        let stored = OutcomeEventSchema.store(
            fact,
            stream: .outcome(try Samples.account(), key),
            version: 1,
            partition: Partition(0),
            position: LogPosition(1),
            metadata: .empty,
            context: try Samples.context(trace: nil),
            previous: .zero
        )
        let read = try OutcomeEventSchema.fact(from: stored)
        #expect(read == fact)
        return read
    }

    private func applied(_ signal: Signal, proof: Proof) -> OutcomeEvent {
        .signalApplied(
            SignalApplied(
                signal: signal,
                number: 1,
                settlesAt: signal.receivedAt,
                scheduledResolution: nil,
                proof: proof
            )
        )
    }

    @Test("decimals at every bound keep each digit")
    func decimals() throws {
        let literals = [
            "0", "1", "-1", "0.000000000000000001", "-0.000000000000000001",
            "999999999999999999", "-999999999999999999", "9999999999999999.999999999999999999",
            "999999999999999999.9999999999999999", "1000000000000000000e-18", "1e17",
        ]
        for literal in literals {
            let value = try Samples.need(Decimal(literal))
            let signal = try Samples.signal(1, full: true, value: .number(value))
            let event = applied(signal, proof: Proof(truth: [true], decidedBy: [1]))
            guard case .signalApplied(let read) = try roundTrip(event).event else { return }
            #expect(read.signal.value == .number(value), "\(literal)")
        }
    }

    @Test("the type of a value is kept: a number, its digits as text, a boolean, its name as text")
    func valueTypes() throws {
        let values: [SignalValue] = [
            .number(4), .string("4"), .boolean(true), .string("true"), .string(""),
            .string("null"),
        ]
        for value in values {
            let signal = try Samples.signal(1, full: true, value: value)
            _ = try roundTrip(applied(signal, proof: Proof(truth: [false], decidedBy: [nil])))
        }
    }

    @Test("both spellings of é stay what they are, in keys and in texts")
    func unicode() throws {
        for text in [Samples.composed, Samples.decomposed, Samples.awkward] {
            let key: Text = Text("key 12345 \(text)")
            let event = OutcomeEvent.signalDiscarded(
                SignalDiscarded(eventID: Samples.eventID(1), reason: text)
            )
            guard case .signalDiscarded(let read) = try roundTrip(event, key: key).event else {
                return
            }
            #expect(Array(read.reason.utf8) == Array(text.utf8))
        }
    }

    @Test("every scalar below U+0100 but NUL, and the last of each length, survives")
    func scalars() throws {
        let numbers = Array(1...0xFF) + [0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF]
        for number in numbers {
            let scalar = try Samples.need(Unicode.Scalar(UInt32(number)))
            let text = Text("a\(Character(scalar))b")
            _ = try roundTrip(
                .signalRedriven(
                    SignalRedriven(eventID: Samples.eventID(1), code: nil, reason: text)
                )
            )
        }
    }

    @Test("amounts far beyond a decimal keep each digit")
    func wideAmounts() throws {
        var amount = WideDecimal(try Samples.need(Decimal("0.123456789012345678")))
        for _ in 0..<8 {
            let charge = Charge(
                quantity: amount,
                amount: -amount,
                currency: try Samples.need(Currency("USD"))
            )
            let proof = Proof(truth: [true], decidedBy: [1])
            _ = try roundTrip(.settled(OutcomeSettled(ending: .confirmed(charge), proof: proof)))
            amount = amount * WideDecimal(try Samples.need(Decimal("987654321.123456789")))
        }
    }

    @Test("a proof of the largest condition is kept")
    func largeProof() throws {
        let truth = (0..<511).map { $0.isMultiple(of: 3) }
        let decidedBy: [Int?] = (0..<511).map { $0.isMultiple(of: 5) ? nil : $0 + 1 }
        let signal = try Samples.signal(1, full: false)
        _ = try roundTrip(applied(signal, proof: Proof(truth: truth, decidedBy: decidedBy)))
    }

    @Test("any id is kept, to the last bit")
    func eventIDs() throws {
        var bits: UInt64 = 1
        for _ in 0..<200 {
            bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let id = EventID(
                partition: UInt16(truncatingIfNeeded: bits >> 3),
                fingerprint: bits,
                unique: ~bits &* 31,
                salt: UInt16(truncatingIfNeeded: bits >> 40)
            )
            let read = try roundTrip(
                .signalRedriven(SignalRedriven(eventID: id, code: nil, reason: nil))
            )
            guard case .signalRedriven(let redriven) = read.event else { return }
            #expect(redriven.eventID == id)
        }
    }

    @Test("ids are written as everywhere else")
    func eventIDText() throws {
        let id = Samples.eventID(5)
        let payload = IngestPayload.redrive(
            RedrivePayload(
                key: try Samples.need(OutcomeKey("12345678")),
                eventID: id,
                author: "a",
                reason: nil
            )
        )
        let written = String(decoding: payload.encoded(), as: UTF8.self)
        #expect(written.contains("\"event_id\":\"\(id)\""))
    }

    @Test("a currency that has left the list since is read with the exponent it had")
    func formerCurrency() throws {
        let chain = try Samples.outcomeChain()
        let stored = try Samples.need(chain.first { $0.name == "outcome_settled" }).stored
        let body = String(decoding: stored.body, as: UTF8.self)
            .split(separator: "\"JPY\",\"currency_exponent\":0", maxSplits: 1)
        let former = Array("\(body[0])\"HRK\",\"currency_exponent\":2\(body[1])".utf8)
        let fact = try OutcomeEventSchema.fact(from: stored.with(body: former))
        guard case .settled(let settled) = fact.event else { return }
        #expect(settled.ending.charge?.currency.code == "HRK")
        #expect(settled.ending.charge?.currency.exponent == 2)
    }

    @Test("many contracts read one after the other are each their own")
    func contracts() throws {
        for number in 0..<1500 {
            let json = "{\"condition\":{\"fact\":\"a\(number)\",\"operator\":\"seen\"}}"
            let contract = try Contract(json: JSONReader.read(Array(json.utf8)))
            let agent = try Samples.need(Slug("a"))
            let event = CatalogEvent.agentPut(
                AgentPut(agent: agent, name: "A", contractVersion: 1, contract: contract)
            )
            let stored = CatalogEventSchema.store(
                event: event,
                time: try Samples.time(),
                author: .commandLine,
                account: try Samples.account(),
                version: 1,
                partition: Partition(64),
                position: LogPosition(1),
                context: try Samples.context(trace: nil),
                previous: .zero
            )
            #expect(try CatalogEventSchema.fact(from: stored).event == event)
        }
    }
}

@Suite("Which accepted event a stored event is about")
struct SubjectTests {
    @Test("facts about a signal or a dead letter bear its id, the others that of their cause")
    func subjects() throws {
        for (name, fact, stored) in try Samples.outcomeChain() {
            let expected: EventID =
                switch fact.event {
                case .signalApplied(let applied): applied.signal.eventID
                case .signalDeadLettered, .signalRedriven, .signalDiscarded: Samples.eventID(9)
                case .opened, .settled: Samples.eventID(77)
                }
            #expect(stored.eventID == expected, "\(name)")
        }
        for (_, _, stored) in try Samples.catalogChain() {
            #expect(stored.eventID == nil)
        }
    }
}

@Suite("The digest that tells a body from another")
struct BodyDigestTests {
    @Test("the idempotency key does not count")
    func idempotencyKey() throws {
        let one = try Samples.signalPayload(idempotencyKey: "one")
        let other = try Samples.signalPayload(idempotencyKey: nil)
        #expect(one.fieldsDigest == other.fieldsDigest)
    }

    @Test("values are compared by type and decimals by value")
    func values() throws {
        let four = try Samples.signalPayload(value: .number(4)).fieldsDigest
        let alsoFour = try Samples.need(Decimal("4.000"))
        #expect(try Samples.signalPayload(value: .number(alsoFour)).fieldsDigest == four)
        #expect(try Samples.signalPayload(value: .string("4")).fieldsDigest != four)
        #expect(try Samples.signalPayload(value: .boolean(true)).fieldsDigest != four)
        let named = try Samples.signalPayload(value: .string("true")).fieldsDigest
        #expect(try Samples.signalPayload(value: .boolean(true)).fieldsDigest != named)
    }

    @Test("the two spellings of é are two bodies")
    func spellings() throws {
        let one = try Samples.signalPayload(value: .string(Samples.composed)).fieldsDigest
        #expect(try Samples.signalPayload(value: .string(Samples.decomposed)).fieldsDigest != one)
    }
}
