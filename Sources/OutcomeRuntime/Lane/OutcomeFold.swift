// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain

/// An outcome's stream, folded so far: the state, and the place the next event goes to.
struct OutcomeFold: Sendable {
    private(set) var outcome = Outcome()
    private(set) var version = 0
    private(set) var hash = Digest.zero

    private var reader = OutcomeFactReader(remembersNames: false)

    /// Takes the next event.
    ///
    /// - Throws: `StoreError.damaged` when versions have a gap or the event cannot be read.
    mutating func take(_ event: EventContent) throws(StoreError) {
        guard event.version == version + 1 else {
            throw StoreError(.damaged, detail: "a stream has a gap after version \(version)")
        }
        do throws(SchemaError) {
            outcome.evolve(try reader.fact(from: event))
        } catch {
            throw StoreError(.damaged, detail: "\(error)")
        }
        version = event.version
        hash = event.hash
    }
}

extension EventLog {
    /// Folds whole streams of outcomes.
    ///
    /// - Throws: `StoreError.damaged` when one of them cannot be folded.
    func outcomes(
        _ wanted: [Partition: [StreamID]]
    ) async throws(StoreError) -> [StreamID: OutcomeFold] {
        try await foldContents(wanted, versions: 1...Int.max, limit: .max, from: OutcomeFold()) {
            (fold: inout OutcomeFold, event: EventContent) throws(StoreError) in
            try fold.take(event)
            return true
        }
    }
}
