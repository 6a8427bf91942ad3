// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

// Parts that several bodies have in common.

extension Signal {
    func write(to writer: inout WrittenWriter) {
        writer.put("{\"event_id\":", eventID)
        writer.put(",\"position\":", position.value)
        writer.put(",\"received_at\":", receivedAt)
        writer.put(",\"action\":", action.text)
        writer.put(",\"customer_key\":", customer.text)
        if let agent { writer.put(",\"agent_key\":", agent.text) }
        if let value { writer.put(",\"value\":", value) }
        if let attribution { writer.put(",\"attribution\":", attribution) }
        if let settlesAt { writer.put(",\"settles_at\":", settlesAt) }
        if let occurredAt { writer.put(",\"occurred_at\":", occurredAt) }
        if let idempotencyKey { writer.put(",\"idempotency_key\":", idempotencyKey) }
        writer.put("}")
    }

    init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect("{\"event_id\":")
        let eventID = try reader.eventID()
        try reader.expect(",\"position\":")
        let position = IngestPosition(try reader.integer())
        try reader.expect(",\"received_at\":")
        let receivedAt = try reader.timestamp()
        try reader.expect(",\"action\":")
        let action = try reader.action()
        try reader.expect(",\"customer_key\":")
        let customer = try reader.customerKey()
        let agent = reader.accept(",\"agent_key\":") ? try reader.slug() : nil
        let value = reader.accept(",\"value\":") ? try reader.signalValue() : nil
        let attribution = reader.accept(",\"attribution\":") ? try reader.amount() : nil
        let settlesAt = reader.accept(",\"settles_at\":") ? try reader.timestamp() : nil
        let occurredAt = reader.accept(",\"occurred_at\":") ? try reader.timestamp() : nil
        let idempotencyKey = reader.accept(",\"idempotency_key\":") ? try reader.text() : nil
        try reader.expect("}")
        self.init(
            eventID: eventID,
            position: position,
            receivedAt: receivedAt,
            action: action,
            customer: customer,
            agent: agent,
            value: value,
            attribution: attribution,
            settlesAt: settlesAt,
            occurredAt: occurredAt,
            idempotencyKey: idempotencyKey
        )
    }
}

extension Proof {
    /// Truth as one digit a node, in preorder; deciders as numbers of applied signals.
    func write(to writer: inout WrittenWriter) {
        writer.put("{\"truth\":", digits: truth)
        writer.put(",\"decided_by\":[")
        for (index, decider) in decidedBy.enumerated() {
            if index > 0 { writer.put(",") }
            if let decider { writer.put("", decider) } else { writer.put("null") }
        }
        writer.put("]}")
    }

    init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect("{\"truth\":")
        let start = reader.position
        let digits = try reader.token()
        var truth: [Bool] = []
        truth.reserveCapacity(digits.count)
        for digit in digits {
            guard digit == 0x30 || digit == 0x31 else {
                throw reader.fault(.malformed, at: start)
            }
            truth.append(digit == 0x31)
        }
        try reader.expect(",\"decided_by\":[")
        var decidedBy: [Int?] = []
        decidedBy.reserveCapacity(truth.count)
        for index in truth.indices {
            if index > 0 { try reader.expect(",") }
            decidedBy.append(reader.accept("null") ? nil : try reader.count(from: 1))
        }
        try reader.expect("]}")
        self.init(truth: truth, decidedBy: decidedBy)
    }
}
