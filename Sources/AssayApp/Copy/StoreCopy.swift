// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// Copies a store that nobody writes to into another, and compares the two.
///
/// What is there already is not written again: the target's own last rows tell where an earlier run
/// ended. A source that was served since is noticed by its level, and then what may have gone or
/// changed is taken anew.
struct StoreCopy: Sendable {
    /// Rows are read and written so many at a time.
    static let defaultPageLimitRows = 1_000
    /// A statement takes no more of events and records than 8 MiB, unless a single one has more.
    static let writeLimitBytes = 8_388_608
    /// So many partitions are copied side by side.
    static let partitionsAtOnce = 4

    let source: any StoreContents
    let target: any StoreCopyTarget
    var pageLimitRows = StoreCopy.defaultPageLimitRows
    /// Told each step; what it throws ends the copy.
    let report: @Sendable (CopyStep) async throws -> Void

    /// Copies all, compares, and lets the target be served if both sides say the same.
    ///
    /// - Throws: `StoreError`, `CommandFailure`, or what `report` throws.
    func run() async throws -> StoreComparison {
        let heads = try await source.partitionHeads()
        try await checkHistory(heads)
        let level = try await source.level()
        if level != target.level {
            // What follows takes away: until it is over the target is part of no state.
            try await target.accept(.zero)
            try await forEach(heads) { heads in
                try await target.clearPassing(in: heads.partition)
                try await report(.cleared(heads.partition))
                // New claims lie anywhere among those that are there.
                try await copyClaims(in: heads.partition, after: nil)
            }
            try await target.accept(level)
            try await report(.accepted)
        }
        try await copyKeys()
        try await forEach(heads) { try await copy($0) }
        let comparison = try await compare(heads.map(\.partition))
        guard comparison.differences.isEmpty else { return comparison }
        try await target.release()
        try await report(.released)
        return comparison
    }

    /// What the target has of the log must be a beginning of the source's.
    private func checkHistory(_ heads: [PartitionHeads]) async throws {
        let states = try await target.contents.state(of: heads.map(\.partition))
        let places = heads.compactMap { heads -> PartitionPlace? in
            guard let state = states[heads.partition], state.head > .start else { return nil }
            return PartitionPlace(partition: heads.partition, position: state.head)
        }
        let (wanted, found) = (
            try await source.hashes(at: places), try await target.contents.hashes(at: places)
        )
        for (place, hashes) in zip(places, zip(wanted, found)) where hashes.0 != hashes.1 {
            throw CommandFailure(
                "The target has gone another way than the source (partition \(place.partition), "
                    + "position \(place.position)): drop its schema and copy anew."
            )
        }
        try await report(.compared)
    }

    /// Does something for all partitions, a few at a time; the first failure ends all.
    func forEach<Element: Sendable>(
        _ elements: [Element],
        _ work: @escaping @Sendable (Element) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, element) in elements.enumerated() {
                if index >= Self.partitionsAtOnce { try await group.next() }
                group.addTask { try await work(element) }
            }
            try await group.waitForAll()
        }
    }
}
