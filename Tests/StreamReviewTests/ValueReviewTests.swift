// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import StreamReview
import Testing

@Suite("The review of a record of delivered value")
struct ValueReviewTests {
    private func stored(
        key: Text? = "once",
        stream: Text? = nil,
        author: Text? = "internal",
        fingerprint: UInt64? = nil
    ) throws -> StoredEvent {
        let account = try need(AccountID("acct_0123456789abcdef"))
        let scope = key.map {
            IdempotencyClaim.scope(ofValueKey: $0, author: "internal", account: account)
        }
        let name = stream ?? scope.map(IdempotencyClaim.valueStream) ?? "any"
        let value = DeliveredValue(kind: .taskComplete, title: try need(ValueTitle("T")))
        let fact = ValueFact(
            value: try need(value),
            idempotencyKey: key,
            time: .earliest,
            cause: Cause(
                position: IngestPosition(1),
                eventID: EventID(
                    partition: 3,
                    fingerprint: fingerprint
                        ?? Partitioning.fingerprint(account: account, key: name),
                    unique: 1,
                    salt: 0
                ),
                author: author
            )
        )
        return ValueEventSchema.store(
            fact,
            stream: .value(account, name),
            partition: Partition(3),
            position: LogPosition(1),
            metadata: .plain(Array("{}".utf8)),
            context: EnvelopeContext(
                node: "test",
                batch: 1,
                recordedAt: .earliest,
                trace: nil
            )
        )
    }

    private func codes(_ event: StoredEvent) -> [String] {
        var findings: [ReviewFinding] = []
        _ = ValueReview.take(event, into: &findings)
        return findings.map(\.fault.code)
    }

    @Test("a sound one has nothing amiss, with a key or without")
    func sound() throws {
        #expect(try codes(stored()) == [])
        #expect(try codes(stored(key: nil)) == [])
    }

    @Test("another place than its id, its key or its author lead to is told")
    func misplaced() throws {
        #expect(try codes(stored(stream: "elsewhere")) == ["value_differs"])
        #expect(try codes(stored(fingerprint: 5)) == ["event_id_differs"])
        #expect(try codes(stored(author: nil)) == ["fact_surplus"])
    }

    @Test("changed bytes, another hash before it and a second version are told")
    func tampered() throws {
        let event = try stored()
        var body = event.body
        body[body.count - 2] ^= 1
        #expect(codes(event.with(body: body)).contains("hash_differs"))
        #expect(codes(event.with(previous: Digest.sha256([1]))).contains("chain_broken"))
        #expect(codes(event.with(version: 2)).contains("fact_surplus"))
    }
}

extension StoredEvent {
    fileprivate func with(
        body: [UInt8]? = nil,
        previous: Digest? = nil,
        version: Int? = nil
    ) -> StoredEvent {
        StoredEvent(
            partition: partition,
            position: position,
            stream: stream,
            version: version ?? self.version,
            eventID: eventID,
            header: header,
            body: body ?? self.body,
            metadata: metadata,
            envelope: envelope,
            previous: previous ?? self.previous,
            hash: hash
        )
    }
}
