// SPDX-License-Identifier: Apache-2.0

public import EventStore
import ExactValues
import MetadataSealing
import Synchronization

/// The keys that customers' metadata is sealed with, those used lately in memory.
///
/// Callers that miss a key ask the store together: while one question is on its way the next gathers,
/// so that many new customers cost one flush. A key is known under its generation, so one that has
/// been destroyed is not asked for any more; it leaves memory at once on the node that destroys it,
/// and on others with the generations of the memory.
public final class KeyRing: Sendable {
    /// Two generations of at most so many keys are kept.
    static let generationLimitKeys = 32_768
    /// A generation takes no more keys after this time.
    static let generationTime: Duration = .seconds(300)
    /// One question to the store asks for at most so many keys.
    static let batchLimitKeys = 1_000

    typealias Keys = [SealingKeyName: SealingKey]

    private struct State {
        var young: Keys = [:]
        var old: Keys = [:]
        var turned = ContinuousClock.now
        /// How often keys were forgotten: what the store answers meanwhile is not kept.
        var forgets = 0
        /// Whether a caller is asking the store.
        var isAsking = false
        var waiting: [Waiter] = []
    }

    private struct Waiter {
        let names: [SealingKeyName]
        let continuation: CheckedContinuation<Turn, Never>
    }

    /// What a caller that misses keys is told.
    private enum Turn {
        /// Ask the store, for these callers too.
        case ask([Waiter])
        /// Somebody has asked.
        case answered(Result<Keys, StoreError>)
    }

    private let store: any SealingKeys
    private let state = Mutex(State())

    /// Keeps keys of a store.
    public init(store: any SealingKeys) { self.store = store }

    /// The keys of these names, made durable where there are none yet; absent where a generation is
    /// closed.
    func keys(named names: Set<SealingKeyName>) async throws(StoreError) -> Keys {
        var found = state.withLock { state in
            Self.turn(&state)
            var found: Keys = [:]
            for name in names {
                found[name] = Self.key(named: name, in: &state)
            }
            return found
        }
        let missing = names.filter { found[$0] == nil }
        guard !missing.isEmpty else { return found }
        let asked = try await ask(for: Array(missing))
        for name in missing {
            found[name] = asked[name]
        }
        return found
    }

    /// Forgets a customer's keys up to a generation.
    func forget(through name: SealingKeyName) {
        state.withLock { state in
            state.forgets += 1
            for generation in 0...name.generation {
                let gone = SealingKeyName(
                    partition: name.partition,
                    account: name.account,
                    customer: name.customer,
                    generation: generation
                )
                state.young[gone] = nil
                state.old[gone] = nil
            }
        }
    }

    // MARK: Memory

    private static func key(named name: SealingKeyName, in state: inout State) -> SealingKey? {
        if let key = state.young[name] { return key }
        guard let key = state.old.removeValue(forKey: name) else { return nil }
        state.young[name] = key
        return key
    }

    /// A young generation that is full, or has had its time, becomes the old one.
    private static func turn(_ state: inout State) {
        let now = ContinuousClock.now
        guard state.young.count >= generationLimitKeys || now - state.turned > generationTime
        else { return }
        state.old = now - state.turned > generationTime * 2 ? [:] : state.young
        state.young = [:]
        state.turned = now
    }

    // MARK: Asking together

    private func ask(for names: [SealingKeyName]) async throws(StoreError) -> Keys {
        let turn = await withCheckedContinuation { continuation in
            let mayAsk = state.withLock { state in
                guard state.isAsking else {
                    state.isAsking = true
                    return true
                }
                state.waiting.append(Waiter(names: names, continuation: continuation))
                return false
            }
            if mayAsk { continuation.resume(returning: .ask([])) }
        }
        switch turn {
        case .answered(let result):
            return try result.get()
        case .ask(let others):
            let result = await askStore(for: names + others.flatMap(\.names))
            passTurn()
            for other in others {
                other.continuation.resume(returning: .answered(result))
            }
            return try result.get()
        }
    }

    private func askStore(for names: [SealingKeyName]) async -> Result<Keys, StoreError> {
        do throws(StoreError) {
            let forgets = state.withLock { $0.forgets }
            // In one order on all nodes: a store may lock key after key.
            let candidates = Set(names).sorted().map(SealingKey.candidate)
            var keys: Keys = [:]
            for (name, record) in try await store.admitKeys(candidates) {
                keys[name] = SealingKey(record)
            }
            state.withLock { state in
                guard state.forgets == forgets else { return }
                Self.turn(&state)
                state.young.merge(keys) { $1 }
            }
            return .success(keys)
        } catch {
            return .failure(error)
        }
    }

    /// The first of those that wait asks next, for as many of them as one question may.
    private func passTurn() {
        let next = state.withLock { state -> (first: Waiter, others: [Waiter])? in
            guard let first = state.waiting.first else {
                state.isAsking = false
                return nil
            }
            var others: [Waiter] = []
            var room = Self.batchLimitKeys - first.names.count
            for waiter in state.waiting.dropFirst() {
                room -= waiter.names.count
                guard room >= 0 else { break }
                others.append(waiter)
            }
            state.waiting.removeFirst(others.count + 1)
            return (first, others)
        }
        guard let next else { return }
        next.first.continuation.resume(returning: .ask(next.others))
    }
}
