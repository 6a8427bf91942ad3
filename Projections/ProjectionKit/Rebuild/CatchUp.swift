// SPDX-License-Identifier: Apache-2.0

import EventSchema
public import EventStore

/// Brings a read model from its checkpoints to given places of the log, as fast as both can.
///
/// All partitions go forward side by side, so that rows which the log has written together are
/// written together. While one batch is applied the next is read and decoded.
public struct CatchUp: Sendable {
    /// Facts in one transaction: nobody waits for these rows, so a large number.
    public static let batchLimitFacts = 16_000
    /// At least so many facts of a partition are read at once, though others get fewer turns.
    static let shareLeastFacts = 250
    /// So many partitions are read at a time.
    static let readersLimit = 2

    private let model: any ReadModel
    private let source: FactSource
    private let isInterrupted: @Sendable () -> Bool
    private let advanced: @Sendable (Int) -> Void

    /// Puts a walk together.
    ///
    /// - Parameters:
    ///   - model: What is built.
    ///   - source: The log, without a tail: most of what is read is old.
    ///   - isInterrupted: Asked between batches.
    ///   - advanced: Told how many facts were applied, after each batch.
    public init(
        model: any ReadModel,
        source: FactSource,
        isInterrupted: @escaping @Sendable () -> Bool = { false },
        advanced: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.model = model
        self.source = source
        self.isInterrupted = isInterrupted
        self.advanced = advanced
    }

    /// Applies everything up to exactly `goal`.
    ///
    /// - Throws: `.interrupted` between two batches; what was applied stays.
    public func run(to goal: [Partition: LogPosition]) async throws(RebuildObstacle) {
        var places: [Partition: LogPosition]
        do throws(StoreError) {
            places = try await model.checkpoints()
        } catch {
            throw .store(error)
        }
        var batch = try await gather(after: places, to: goal)
        while !batch.isEmpty {
            guard !isInterrupted(), !Task.isCancelled else { throw .interrupted }
            places.merge(batch.checkpoints) { $1 }
            let applied = batch
            let reached = places
            async let following = gathered(after: reached, to: goal)
            let failure = await apply(applied)
            let next = await following
            if let failure { throw RebuildObstacle(failure) }
            advanced(applied.facts.count)
            batch = try next.get()
        }
    }

    private func apply(_ batch: FactBatch) async -> ReadModelError? {
        do throws(ReadModelError) {
            try await model.apply(batch.facts, checkpoints: batch.checkpoints)
            return nil
        } catch {
            return error
        }
    }

    private func gathered(
        after places: [Partition: LogPosition],
        to goal: [Partition: LogPosition]
    ) async -> Result<FactBatch, RebuildObstacle> {
        do throws(RebuildObstacle) {
            return .success(try await gather(after: places, to: goal))
        } catch {
            return .failure(error)
        }
    }

    private struct Part: Sendable {
        let partition: Partition
        let place: LogPosition
        let limit: Int
    }

    /// The next facts of all partitions that are behind; an obstacle counts once it is the first
    /// thing of all.
    private func gather(
        after places: [Partition: LogPosition],
        to goal: [Partition: LogPosition]
    ) async throws(RebuildObstacle) -> FactBatch {
        let behind = goal.filter { $0.value > places[$0.key] ?? .start }.keys.sorted()
        guard !behind.isEmpty else { return FactBatch() }
        let share = max(Self.shareLeastFacts, Self.batchLimitFacts / behind.count)
        let parts = behind.prefix(max(1, Self.batchLimitFacts / share)).map { partition in
            let place = places[partition] ?? .start
            let left = (goal[partition] ?? .start).value - place.value
            return Part(partition: partition, place: place, limit: Int(min(Int64(share), left)))
        }
        var batch = FactBatch()
        for result in await read(parts) {
            switch result {
            case .success(let facts): batch.append(facts)
            case .failure(let error): batch.obstacle = batch.obstacle ?? error
            }
        }
        if batch.isEmpty {
            throw batch.obstacle.map(RebuildObstacle.init)
                ?? .store(StoreError(.damaged, detail: "the log ends before its head"))
        }
        return batch
    }

    /// Reads parts side by side, and answers in their order.
    private func read(_ parts: [Part]) async -> [Result<[LoggedFact], ReadModelError>] {
        let source = source
        return await withTaskGroup(
            of: (Int, Result<[LoggedFact], ReadModelError>).self
        ) { group in
            var results: [Result<[LoggedFact], ReadModelError>] = Array(
                repeating: .success([]),
                count: parts.count
            )
            for (index, part) in parts.enumerated() {
                if index >= Self.readersLimit, let (done, result) = await group.next() {
                    results[done] = result
                }
                group.addTask {
                    do throws(ReadModelError) {
                        let facts = try await source.facts(
                            in: part.partition,
                            after: part.place,
                            limit: part.limit
                        )
                        return (index, .success(facts))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            for await (done, result) in group { results[done] = result }
            return results
        }
    }
}
