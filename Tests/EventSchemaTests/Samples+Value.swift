// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain

extension Samples {
    static let valueMetadata = Array(#"{"a":[1,{"}":"]\""}],"b":null}"#.utf8)

    static func value(full: Bool) throws -> DeliveredValue {
        try need(
            full
                ? DeliveredValue(
                    kind: .negotiationComplete,
                    title: need(ValueTitle(awkward)),
                    description: need(ValueDescription(decomposed)),
                    usd: need(Decimal("12345678901234567.12345678901234567")),
                    agent: -9_007_199_254_740_993,
                    user: 42
                )
                : DeliveredValue(kind: .taskComplete, title: need(ValueTitle("x")))
        )
    }

    static func valuePayload(full: Bool) throws -> ValuePayload {
        ValuePayload(
            stream: "0123456789abcdef0123456789abcdef",
            author: "internal",
            value: try value(full: full),
            idempotencyKey: full ? awkward : nil,
            metadata: full ? valueMetadata : []
        )
    }

    /// Each the only event of its stream.
    static func valueEvents() throws -> [(name: String, fact: ValueFact, stored: StoredEvent)] {
        try [true, false].map { full in
            let fact = ValueFact(
                value: try value(full: full),
                idempotencyKey: full ? awkward : nil,
                time: try time(),
                cause: Cause(
                    position: IngestPosition(9_007_199_254_740_993),
                    eventID: eventID(77),
                    author: full ? "user:42" : "internal"
                )
            )
            let stored = ValueEventSchema.store(
                fact,
                stream: .value(try account(), "0123456789abcdef0123456789abcdef"),
                partition: Partition(63),
                position: LogPosition(full ? 2001 : 2002),
                metadata: full ? .plain(valueMetadata) : .empty,
                context: try context(trace: full ? "00-0af7651916cd43dd-01" : nil)
            )
            return (full ? "value_delivered" : "value_delivered-bare", fact, stored)
        }
    }
}
