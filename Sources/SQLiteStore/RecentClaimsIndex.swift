// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import Synchronization

/// The claims that are not in the table yet, in the order of the table, for one who pages through
/// all of them: they are read once, and again when they have changed.
final class RecentClaimsIndex: Sendable {
    private struct Contents: Sendable {
        /// The first and the last flush they are of.
        let flushes: ClosedRange<Int64>
        /// By partition and scope; of two claims of one scope the later one.
        let held: [RecentClaims.Held]
    }

    private let contents = Mutex<Contents?>(nil)

    /// Those of a partition after a scope, in order, at most `limit`; some of them may be in the
    /// table already.
    func held(
        in partition: Partition,
        after scope: ClaimMark?,
        limit: Int,
        _ database: Database
    ) throws -> [RecentClaims.Held] {
        let held = try current(database).held
        var (low, high) = (0, held.count)
        while low < high {
            let middle = low + (high - low) / 2
            if Self.isBefore(held[middle], partition, scope) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return held[low...].prefix(limit).prefix { $0.partition == partition.number }.map(\.self)
    }

    private static func isBefore(
        _ claim: RecentClaims.Held,
        _ partition: Partition,
        _ scope: ClaimMark?
    ) -> Bool {
        guard claim.partition == partition.number else {
            return claim.partition < partition.number
        }
        return scope.map { claim.scope <= $0 } ?? false
    }

    private func current(_ database: Database) throws -> Contents {
        let flushes = try ClaimStatements.recentEnds(database)
        if let known = contents.withLock({ $0 }), known.flushes == flushes { return known }
        var latest: [ClaimMark: RecentClaims.Held] = [:]
        for claim in try ClaimStatements.recentHeld(database).claims { latest[claim.scope] = claim }
        let held = latest.values.sorted { left, right in
            (left.partition, left.scope) < (right.partition, right.scope)
        }
        let read = Contents(flushes: flushes, held: held)
        contents.withLock { $0 = read }
        return read
    }
}

extension RecentClaims.Held {
    fileprivate var partition: Int { Int(holder.eventID.partition) }
}
