// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The one statement that accepts drafts of a partition.
enum IntakeStatement {
    /// Accepts drafts, all of one partition, no claim twice among them.
    ///
    /// An attempt that `isRepeat` looks for what earlier ones have done and voids those that have
    /// not been executed yet.
    /// - Returns: A result for each, in order.
    /// - Throws: `PostgresFailure`, or `StoreError` when the answer is out of form.
    static func run(
        _ drafts: [IngestDraft],
        in partition: Partition,
        attempt: IntakeAttempt,
        _ connection: PostgresConnection
    ) throws -> [IngestResult] {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(attempt.instance)
        parameters.add(attempt.number)
        parameters.add(attempt.isRepeat)
        parameters.add(drafts.map(\.eventID.bytes))
        parameters.add(texts: drafts.map(\.account.text.string))
        parameters.add(drafts.map { Int64($0.catalogVersion) })
        parameters.add(drafts.map { $0.clock.isSandbox })
        parameters.add(drafts.map { $0.clock.time?.microseconds })
        parameters.add(drafts.map { $0.earliestReceipt?.microseconds })
        parameters.add(drafts.map { $0.claim.map { ClaimMark($0.scope).bytes } })
        parameters.add(drafts.map { $0.claim.map { ClaimMark($0.body).bytes } })
        parameters.add(drafts.map(\.payload))
        parameters.add(texts: drafts.map(\.trace))
        let results = try connection.all(IngestStatements.intake, parameters) {
            row -> IngestResult in
            let receivedAt = try row.timestamp(3)
            guard row.integer(0) < 2 else { return .refused(receivedAt: receivedAt) }
            let receipt = IngestReceipt(
                eventID: try row.eventID(1),
                partition: partition,
                position: IngestPosition(row.integer(2)),
                receivedAt: receivedAt
            )
            return row.integer(0) == 0
                ? .accepted(receipt) : .duplicate(receipt, bodyConflict: row.bool(4))
        }
        guard results.count == drafts.count else {
            throw StoreError(.damaged, detail: "the intake answered \(results.count) drafts")
        }
        return results
    }
}

/// Which of a node's statements one is.
struct IntakeAttempt: Sendable {
    /// The node, from its start to its end.
    let instance: Int64
    /// Grows with every statement of the node.
    let number: Int64
    /// Whether an earlier statement with the same drafts may have been executed.
    let isRepeat: Bool
}

extension IngestClock {
    fileprivate var isSandbox: Bool {
        switch self {
        case .live: false
        case .sandbox: true
        }
    }

    fileprivate var time: Timestamp? {
        switch self {
        case .live(let now): now
        case .sandbox(let floor): floor
        }
    }
}
