// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// What this node has lately written to the ingest logs: a lane that keeps up reads it from here.
///
/// What another node has written in between is a gap, and what lay before it is forgotten.
final class IngestTail: Sendable {
    /// So many records of each partition.
    static let limitRecords = 1_024
    /// A record with a larger payload is not kept, nor anything before it.
    static let limitRecordBytes = 2_048

    private let tail = EventTail<IngestRecord>(limitPerPartition: limitRecords)

    /// Drafts of a partition have been answered.
    func wrote(_ drafts: [IngestDraft], _ answers: [IntakeAnswer], in partition: Partition) {
        var records: [IngestRecord] = []
        records.reserveCapacity(drafts.count)
        for (draft, answer) in zip(drafts, answers) {
            guard case .accepted(let receipt) = answer.result else { continue }
            guard draft.payload.count <= Self.limitRecordBytes else { return }
            records.append(IngestRecord(draft, receipt, writtenAt: answer.writtenAt))
        }
        guard let first = records.first?.receipt.position.value,
            let last = records.last?.receipt.position.value,
            last - first + 1 == Int64(records.count)
        else { return }
        tail.publish(records, in: partition, through: last)
    }

    /// Forgets everything: after a fail-over other records may stand at these places.
    func forgetAll() { tail.forgetAll() }

    /// Records after a place, at most `limit`; nil when they have to be read.
    func records(
        in partition: Partition,
        after cursor: IngestPosition,
        limit: Int
    ) -> [IngestRecord]? {
        guard let kept = tail.elements(in: partition, after: cursor.value, limit: limit),
            !kept.isEmpty
        else { return nil }
        return kept
    }
}
