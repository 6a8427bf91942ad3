// SPDX-License-Identifier: Apache-2.0

import EventStore

// MARK: Damage

extension Lane {
    /// What is said of a partition whose stored data cannot be read.
    static let damageReason = "what is stored of it is damaged; the log says where"

    /// Reads where all partitions of the lane stand.
    func reload() async throws(StoreError) { try await loadEach(active) }

    /// Reads where partitions stand; one whose data is damaged halts, the others are loaded.
    func loadEach(_ partitions: [Partition]) async throws(StoreError) {
        do throws(StoreError) {
            return try await load(partitions)
        } catch {
            guard error.reason == .damaged else { throw error }
        }
        _ = try await eachAlone(of: partitions) {
            (partition: Partition) async throws(StoreError) -> TurnWork in
            try await self.load([partition])
            return .nothing
        }
    }

    /// Looks which partitions it is to run, processes one batch of their records, then what has become
    /// due.
    ///
    /// When something stored is damaged, each partition takes its turn alone, so that only the one
    /// it belongs to halts.
    ///
    /// - Returns: How much there was to do.
    func turn() async throws(StoreError) -> TurnWork {
        try await followOrders()
        do throws(StoreError) {
            return try await turn(of: active)
        } catch {
            guard error.reason == .damaged else { throw error }
        }
        return try await eachAlone(of: active) {
            (partition: Partition) async throws(StoreError) -> TurnWork in
            // What of the turn for all of them was written is not known.
            try await self.load([partition])
            guard self.runs[partition] != nil else { return .nothing }
            return try await self.turn(of: [partition])
        }
    }

    /// Does some work for one partition after the other; those whose data is damaged halt.
    private func eachAlone(
        of partitions: [Partition],
        _ work: (Partition) async throws(StoreError) -> TurnWork
    ) async throws(StoreError) -> TurnWork {
        var most = TurnWork.nothing
        for partition in partitions {
            do throws(StoreError) {
                most = max(most, try await work(partition))
            } catch {
                guard error.reason == .damaged else { throw error }
                halt(partition, because: Self.damageReason, detail: error.detail)
            }
        }
        return most
    }
}
