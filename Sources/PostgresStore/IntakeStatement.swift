// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The one statement that accepts drafts of a partition.
enum IntakeStatement {
    /// Accepts drafts, all of one partition, no claim twice among them.
    ///
    /// An attempt that `isRepeat` looks for what earlier ones have done and voids those that have
    /// not been executed yet.
    /// - Returns: An answer for each, in order.
    /// - Throws: `PostgresFailure`, or `StoreError` when the answer is out of form.
    static func run(
        _ drafts: [IngestDraft],
        in partition: Partition,
        catalogPartition: Partition,
        attempt: IntakeAttempt,
        _ connection: PostgresConnection
    ) throws -> [IntakeAnswer] {
        let isPlain = !attempt.isRepeat && drafts.allSatisfy(\.isPlain)
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(attempt.instance)
        parameters.add(attempt.number)
        parameters.add(attempt.isRepeat)
        parameters.add(isPlain)
        parameters.add(integer: catalogPartition.number)
        addAccounts(of: drafts, to: &parameters)
        // By index: a column needs one field of a draft, not a copy of it.
        let rows = drafts.indices.lazy
        parameters.add(rows.map { drafts[$0].eventID })
        parameters.add(rows.map { Int64(drafts[$0].catalogVersion) })
        parameters.add(rows.map { drafts[$0].clock.isSandbox })
        parameters.add(rows.map { drafts[$0].clock.time?.microseconds })
        parameters.add(isPlain ? rising(drafts) : [])
        parameters.add(rows.map { drafts[$0].earliestReceipt?.microseconds })
        parameters.add(marks: rows.map { drafts[$0].claim.map { ClaimMark($0.scope) } })
        parameters.add(marks: rows.map { drafts[$0].claim.map { $0.body.mark } })
        parameters.add(rows.map { drafts[$0].payload })
        parameters.add(texts: rows.map { drafts[$0].trace })
        parameters.add(rows.map { drafts[$0].origin.bytes })
        var answers: [IntakeAnswer] = []
        answers.reserveCapacity(drafts.count)
        try connection.forEachRow(IngestStatements.intake, parameters) { row in
            if row.integer(0) == 4 {
                answers = try allAccepted(drafts, in: partition, row)
            } else if answers.count < drafts.count {
                answers.append(try answer(to: drafts[answers.count], in: partition, row))
            } else {
                throw StoreError(.damaged, detail: "the intake answered more than was asked")
            }
        }
        guard answers.count == drafts.count else {
            throw StoreError(.damaged, detail: "the intake answered \(answers.count) drafts")
        }
        return answers
    }

    /// The accounts, each once, with the oldest version that a draft of its was made by; and for
    /// each draft which of them it belongs to.
    private static func addAccounts(
        of drafts: [IngestDraft],
        to parameters: inout PostgresParameters
    ) {
        var places: [AccountID: Int] = [:]
        var accounts: [AccountID] = []
        var oldest: [Int64] = []
        var owners: [Int] = []
        owners.reserveCapacity(drafts.count)
        for draft in drafts {
            let version = Int64(draft.catalogVersion)
            if let place = places[draft.account] {
                oldest[place] = min(oldest[place], version)
                owners.append(place + 1)
            } else {
                places[draft.account] = accounts.count
                accounts.append(draft.account)
                oldest.append(version)
                owners.append(accounts.count)
            }
        }
        parameters.add(texts: accounts.map(\.text.string))
        parameters.add(accounts.map { StreamID.catalog($0).fingerprint })
        parameters.add(oldest)
        parameters.add(integers: owners)
    }

    /// The instants that live drafts bring, none before the one ahead of it: what they are stamped
    /// with when all are accepted and the clock is not later.
    ///
    /// Empty when they are so as they are.
    private static func rising(_ drafts: [IngestDraft]) -> [Int64] {
        var latest = Int64.min
        var isRising = true
        let rising = drafts.map { draft in
            let time = draft.clock.time?.microseconds ?? .min
            isRising = isRising && time >= latest
            latest = max(latest, time)
            return latest
        }
        return isRising ? [] : rising
    }

    // MARK: Answers

    private static func answer(
        to draft: IngestDraft,
        in partition: Partition,
        _ row: PostgresRow
    ) throws -> IntakeAnswer {
        let receipt: IngestReceipt
        switch row.integer(0) {
        case 2:
            return IntakeAnswer(.refused(receivedAt: try row.timestamp(3)))
        case 3:
            return IntakeAnswer(.outdated(catalogVersion: Int(row.integer(2))))
        default:
            receipt = IngestReceipt(
                eventID: try row.eventID(1),
                partition: partition,
                position: IngestPosition(row.integer(2)),
                receivedAt: try row.timestamp(3)
            )
        }
        guard row.integer(0) == 1 else {
            return IntakeAnswer(.accepted(receipt), writtenAt: try row.timestamp(5))
        }
        let held = BodyMark(try row.mark(4))
        let isConflict = draft.claim.map { held.conflicts(with: $0.body) } ?? false
        return IntakeAnswer(.duplicate(receipt, bodyConflict: isConflict), heldBody: held)
    }

    /// All drafts were accepted one after the other: the answer has the first place, and what the
    /// live clock said before.
    private static func allAccepted(
        _ drafts: [IngestDraft],
        in partition: Partition,
        _ row: PostgresRow
    ) throws -> [IntakeAnswer] {
        let first = row.integer(2)
        var clock = try row.timestamp(3)
        let writtenAt = try row.timestamp(5)
        return drafts.indices.map { index in
            clock = max(clock, drafts[index].clock.time ?? clock)
            let receipt = IngestReceipt(
                eventID: drafts[index].eventID,
                partition: partition,
                position: IngestPosition(first + Int64(index)),
                receivedAt: clock
            )
            return IntakeAnswer(.accepted(receipt), writtenAt: writtenAt)
        }
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

extension IngestDraft {
    /// Whether it is accepted whatever the clock says, unless its claim is held or its catalog has
    /// moved on.
    fileprivate var isPlain: Bool {
        guard case .live(let now) = clock else { return false }
        return earliestReceipt.map { $0 <= now } ?? true
    }
}

extension IngestClock {
    fileprivate var isSandbox: Bool {
        switch self {
        case .live: false
        case .sandbox: true
        }
    }
}
