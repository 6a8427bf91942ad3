// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Dispatch
import EventStore
import ExactValues
import Synchronization

/// One draft of a call, and where its result goes.
struct IntakeEntry: Sendable {
    let draft: IngestDraft
    let call: IntakeCall
    let index: Int
    /// When it came.
    let added: DispatchTime
}

/// What one statement takes of a partition's drafts.
///
/// Of drafts with one claim only the first is sent. The others follow from its answer, as if they
/// came right after it: however often a client repeats itself, it is one row.
struct IntakeLoad: Sendable {
    /// One statement takes at most this many drafts.
    static let limitDrafts = 1_000
    /// One statement takes no more payloads than 8 MiB, unless a single draft has more.
    static let limitBytes = 8_388_608

    /// What is sent.
    private(set) var sent: [IntakeEntry] = []
    /// What is not, by the place in `sent` of the draft that has its claim.
    private(set) var followers: [Int: [IntakeEntry]] = [:]

    var isEmpty: Bool { sent.isEmpty }

    /// Takes as much as one statement may.
    init(takenFrom waiting: inout Deque<IntakeEntry>) {
        var places: [Digest: Int] = [:]
        var bytes = 0
        var count = 0
        while let entry = waiting.first, count < Self.limitDrafts {
            if let claim = entry.draft.claim, let place = places[claim.scope] {
                followers[place, default: []].append(entry)
            } else {
                bytes += entry.draft.payload.count
                guard bytes <= Self.limitBytes || sent.isEmpty else { return }
                if let claim = entry.draft.claim { places[claim.scope] = sent.count }
                sent.append(entry)
            }
            waiting.removeFirst()
            count += 1
        }
    }

    /// Every entry with its result; nil for one that has to be sent after all.
    func forEach(
        _ answers: [IntakeAnswer],
        _ body: (IntakeEntry, IngestResult?) -> Void
    ) {
        for (place, entry) in sent.enumerated() {
            body(entry, answers[place].result)
            for follower in followers[place] ?? [] {
                body(follower, answers[place].result(ofLater: follower.draft, than: entry.draft))
            }
        }
    }

    /// Every entry.
    var entries: [IntakeEntry] { sent + followers.values.joined() }
}

/// The drafts of a statement, chosen when it gets its connection: until then more may come.
///
/// A repeat sends what the first attempt has sent.
final class IntakeShipment: Sendable {
    private let chosen = Mutex<IntakeLoad?>(nil)

    func load(choosing choose: () -> IntakeLoad) -> IntakeLoad {
        chosen.withLock { chosen in
            let load = chosen ?? choose()
            chosen = load
            return load
        }
    }
}

/// What the store said of a draft.
struct IntakeAnswer: Sendable {
    let result: IngestResult
    /// The body that a duplicate's claim is held by.
    let heldBody: BodyMark?
    /// When what was accepted was written, by the database's clock.
    let writtenAt: Timestamp

    init(
        _ result: IngestResult,
        heldBody: BodyMark? = nil,
        writtenAt: Timestamp = .earliest
    ) {
        self.result = result
        self.heldBody = heldBody
        self.writtenAt = writtenAt
    }

    /// What becomes of a draft with the same claim that comes right after; nil when that cannot be
    /// told from this answer.
    fileprivate func result(ofLater draft: IngestDraft, than first: IngestDraft) -> IngestResult? {
        switch result {
        case .accepted(let receipt):
            return .duplicate(receipt, bodyConflict: draft.conflicts(with: first.claim?.body))
        case .duplicate(let receipt, _):
            return .duplicate(receipt, bodyConflict: draft.conflicts(with: heldBody))
        case .refused(let receivedAt):
            // Its own instant may be later; if even that is too early, the clock is not later.
            let mine = max(receivedAt, draft.clock.time ?? .earliest)
            guard let earliest = draft.earliestReceipt, mine < earliest else { return nil }
            return .refused(receivedAt: mine)
        case .outdated(let version):
            let isAsOld = draft.account == first.account && draft.catalogVersion < version
            guard isAsOld, draft.earliestReceipt == nil else { return nil }
            return result
        case .failed:
            return result
        }
    }
}

extension IngestDraft {
    fileprivate func conflicts(with held: BodyMark?) -> Bool {
        guard let held, let claim else { return false }
        return held.conflicts(with: claim.body)
    }
}

extension IngestClock {
    /// The instant it brings.
    var time: Timestamp? {
        switch self {
        case .live(let now): now
        case .sandbox(let floor): floor
        }
    }
}
