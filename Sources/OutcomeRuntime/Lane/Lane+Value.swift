// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain

extension Lane {
    /// Writes a record of delivered value: the only fact of its stream, which no rule decides and no
    /// other fact comes before (ADR 0038).
    func write(
        _ payload: ValuePayload,
        of record: DecodedRecord,
        in run: PartitionRun,
        at recordedAt: Timestamp,
        into turn: inout Turn
    ) {
        let receipt = record.record.receipt
        let fact = ValueFact(payload, receipt: receipt)
        let context = context(of: record, at: recordedAt)
        let stored = ValueEventSchema.store(
            fact,
            stream: .value(record.record.account, payload.stream),
            partition: run.partition,
            position: turn.nextPosition(in: run),
            metadata: payload.metadata,
            context: context
        )
        noteWait(of: record, until: recordedAt)
        turn.add(stored, RecordedValue(stored, fact: fact, context: context), to: run)
    }
}

extension ValueFact {
    /// What an accepted record becomes.
    init(_ payload: ValuePayload, receipt: IngestReceipt) {
        self.init(
            value: payload.value,
            idempotencyKey: payload.idempotencyKey,
            time: receipt.receivedAt,
            cause: Cause(receipt, author: payload.author)
        )
    }
}
