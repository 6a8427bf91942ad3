// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Synchronization

/// The newest idempotency claims, held in memory until they are moved into the table of claims.
///
/// A claim's key is a hash: inserted one by one, each would dirty a page of its own, which costs
/// more than all else that intake does. So a flush writes its claims in one row, in the order they
/// came, and moves twice as many older ones in the order of the table, where neighbours share
/// pages (ADR 0012). Two generations: the young one grows while the old one is moved.
final class RecentClaims: Sendable {
    /// A young generation of so many claims becomes the old one.
    static let generationLimitClaims = 65_536
    /// So many old claims are moved for each that is added: the old generation is gone when the
    /// young one is half full.
    static let movesPerClaim = 2
    /// Moves are saved up until there are so many, so that they share pages.
    static let leastMoves = 512

    /// Where and when a claim was first made, and with which body.
    struct Holder: Hashable, Sendable {
        let eventID: EventID
        let position: IngestPosition
        let receivedAt: Timestamp
        let body: ClaimMark
    }

    /// A claim with its holder.
    struct Held: Sendable {
        let scope: ClaimMark
        let holder: Holder
    }

    private struct Generations {
        var young: [ClaimMark: Holder] = [:]
        /// The last flush with a claim in the young generation.
        var youngThrough: Int64 = 0
        var old: [ClaimMark: Holder] = [:]
        var oldThrough: Int64 = 0
        /// The old claims in the order of the table, last first.
        var unmoved: [Place] = []
        /// How many moves have been saved up.
        var dueMoves = 0
    }

    private struct Place: Comparable {
        let partition: UInt16
        let scope: ClaimMark

        static func < (left: Place, right: Place) -> Bool {
            (left.partition, left.scope) < (right.partition, right.scope)
        }
    }

    private let limit: Int
    private let generations: Mutex<Generations>

    /// Starts with what was not moved before the store was closed.
    init(
        _ held: [Held] = [],
        through flush: Int64 = 0,
        generationLimit: Int = RecentClaims.generationLimitClaims
    ) {
        limit = generationLimit
        var generations = Generations()
        generations.young.reserveCapacity(max(generationLimit, held.count))
        generations.youngThrough = flush
        for claim in held {
            generations.young[claim.scope] = claim.holder
        }
        self.generations = Mutex(generations)
    }

    /// The last flush with a claim that is not in the table yet; 0 when there is none.
    var lastFlush: Int64 { generations.withLock { max($0.youngThrough, $0.oldThrough) } }

    /// Who holds a claim, if it is a recent one.
    func holder(of scope: ClaimMark) -> Holder? {
        generations.withLock { $0.young[scope] ?? $0.old[scope] }
    }

    /// The claims of a partition after a scope, in the order of the table, at most `limit`; some of
    /// them may be in the table already.
    func held(in partition: Partition, after scope: ClaimMark?, limit: Int) -> [Held] {
        let found = generations.withLock { generations in
            [generations.young, generations.old].flatMap { claims in
                claims.filter { mark, holder in
                    Int(holder.eventID.partition) == partition.number
                        && scope.map { $0 < mark } ?? true
                }
            }
        }
        return found.sorted { $0.key < $1.key }.prefix(limit)
            .map { Held(scope: $0.key, holder: $0.value) }
    }

    /// The old claims that are to be moved by a flush that adds so many, in the order of the table.
    func moves(adding count: Int) -> [Held] {
        generations.withLock { generations in
            let due = generations.dueMoves + count * Self.movesPerClaim
            guard due >= Self.leastMoves else { return [] }
            return generations.unmoved.suffix(due).reversed().compactMap { place in
                generations.old[place.scope].map { Held(scope: place.scope, holder: $0) }
            }
        }
    }

    /// Whether moving so many finishes the old generation; then the flush up to which rows may go.
    func finished(byMoving count: Int) -> Int64? {
        generations.withLock { generations in
            let isFinished = count > 0 && count >= generations.unmoved.count
            return isFinished ? generations.oldThrough : nil
        }
    }

    /// Takes note of a committed flush: what it added and how many it moved.
    func committed(_ added: [ClaimMark: Holder], in flush: Int64, moved: Int) {
        generations.withLock { generations in
            generations.unmoved.removeLast(min(moved, generations.unmoved.count))
            let due = generations.dueMoves + added.count * Self.movesPerClaim
            generations.dueMoves = moved > 0 ? 0 : due
            if generations.unmoved.isEmpty {
                generations.old = [:]
                generations.dueMoves = 0
            }
            guard !added.isEmpty else { return }
            for (scope, holder) in added {
                generations.young[scope] = holder
            }
            generations.youngThrough = flush
            guard generations.young.count >= limit, generations.old.isEmpty else { return }
            Self.turn(&generations, limit: limit)
        }
    }

    private static func turn(_ generations: inout Generations, limit: Int) {
        generations.unmoved = generations.young.map { scope, holder in
            Place(partition: holder.eventID.partition, scope: scope)
        }
        generations.unmoved.sort(by: >)
        generations.old = generations.young
        generations.oldThrough = generations.youngThrough
        generations.young = [:]
        generations.young.reserveCapacity(limit)
    }
}

extension RecentClaims {
    /// A page of a partition's claims, of those in the table and those that are not in it yet.
    ///
    /// Each part holds the first of its own, so together they hold the first of all.
    static func page(
        _ moved: [Held],
        _ recent: [Held],
        of partition: Partition,
        limit: Int
    ) -> [StoredClaim] {
        var page: [Held] = []
        for held in (moved + recent).sorted(by: { $0.scope < $1.scope })
        where page.count < limit && page.last?.scope != held.scope {
            page.append(held)
        }
        return page.map { held in
            StoredClaim(
                scope: held.scope,
                body: held.holder.body,
                receipt: IngestReceipt(
                    eventID: held.holder.eventID,
                    partition: partition,
                    position: held.holder.position,
                    receivedAt: held.holder.receivedAt
                )
            )
        }
    }
}
