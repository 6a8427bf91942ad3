// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ProjectionKit
import Synchronization

/// A read model in memory that can be told to fail.
final class StandInModel<Name: StandInName>: ReadModel {
    static var name: String { Name.name }

    struct Contents {
        var applied: [LoggedFact] = []
        var checkpoints: [Partition: LogPosition] = [:]
        var batches: [Int] = []
        var faults: [StoreError] = []
    }

    private let poison: (@Sendable (LoggedFact) -> Bool)?
    let contents: Mutex<Contents>

    /// - Parameters:
    ///   - faults: What the first calls of `apply` throw.
    ///   - poison: The fact that cannot be applied.
    init(faults: [StoreError] = [], poison: (@Sendable (LoggedFact) -> Bool)? = nil) {
        self.poison = poison
        contents = Mutex(Contents(faults: faults))
    }

    func checkpoints() async throws(StoreError) -> [Partition: LogPosition] {
        contents.withLock { $0.checkpoints }
    }

    func apply(
        _ facts: [LoggedFact],
        checkpoints: [Partition: LogPosition]
    ) async throws(ReadModelError) {
        try contents.withLock { contents throws(ReadModelError) in
            if !contents.faults.isEmpty { throw .store(contents.faults.removeFirst()) }
            if let poison, let fact = facts.first(where: poison) {
                throw .failure(ProjectionFailure(fact, "poison"))
            }
            contents.applied += facts
            contents.batches.append(facts.count)
            contents.checkpoints.merge(checkpoints) { $1 }
        }
    }
}

protocol StandInName {
    static var name: String { get }
}

enum First: StandInName {
    static let name = "first"
}

enum Second: StandInName {
    static let name = "second"
}
