// SPDX-License-Identifier: Apache-2.0

import EventSchema
public import EventStore
public import ExactValues
public import OutcomeDomain

extension OutcomeReader {
    /// Where everything of a sandbox account lies.
    public func partition(sandbox account: AccountID) -> Partition {
        partitioning.partition(sandbox: account)
    }

    /// Folds the facts of many keys, each in order of version, in one bulk read.
    ///
    /// Memory is bounded by the states and not by the streams. `step` runs where the store reads, so
    /// it must not wait for anything.
    /// - Parameters:
    ///   - keys: The keys.
    ///   - account: Whose keys.
    ///   - isSandbox: Whether that is a sandbox account.
    ///   - initial: The state before the first fact.
    ///   - step: Takes the next event, whose fact `fact(of:)` reads.
    /// - Returns: The state of each key; one without facts is absent.
    /// - Throws: What `step` throws, too.
    public func fold<State: Sendable>(
        _ keys: [OutcomeKey],
        account: AccountID,
        isSandbox: Bool,
        from initial: State,
        _ step: @escaping @Sendable (inout State, StoredEvent) throws(StoreError) -> Void
    ) async throws(StoreError) -> [OutcomeKey: State] {
        var wanted: [Partition: [StreamID]] = [:]
        for key in keys {
            wanted[partition(of: key, account: account, isSandbox: isSandbox), default: []]
                .append(.outcome(account, key.text))
        }
        let states = try await eventLog.fold(wanted, from: initial, step)
        var byKey: [OutcomeKey: State] = [:]
        for key in keys {
            byKey[key] = states[.outcome(account, key.text)]
        }
        return byKey
    }

    /// A page of a key's facts as they are stored, in order of version.
    public func events(
        of key: OutcomeKey,
        account: AccountID,
        isSandbox: Bool,
        after version: Int,
        limit: Int
    ) async throws(StoreError) -> [StoredEvent] {
        try await eventLog.events(
            in: partition(of: key, account: account, isSandbox: isSandbox),
            of: .outcome(account, key.text),
            after: version,
            limit: limit
        )
    }

    /// Reads the fact that follows `version` on its stream.
    ///
    /// - Throws: `.damaged` when there is a gap, or the event cannot be read.
    public static func fact(
        of event: StoredEvent,
        following version: Int
    ) throws(StoreError) -> OutcomeFact {
        guard event.version == version + 1 else {
            throw StoreError(.damaged, detail: "a stream has a gap after version \(version)")
        }
        do throws(SchemaError) {
            return try OutcomeEventSchema.fact(from: event)
        } catch {
            throw StoreError(.damaged, detail: "\(error)")
        }
    }
}
