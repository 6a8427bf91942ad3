// SPDX-License-Identifier: Apache-2.0

public import CatalogDomain
public import EventSchema
public import EventStore
import ExactValues
import MetadataSealing
import OutcomeDomain

/// The client's metadata of a fact, as far as it can be read.
public enum ReadableMetadata: Hashable, Sendable {
    /// The fact has none.
    case none
    /// One JSON object.
    case readable([UInt8])
    /// Its key was destroyed on request.
    case erased
    /// Its key is not there, though nobody has asked for that, or does not open it.
    case unreadable

    /// How answers name it.
    public var status: String {
        switch self {
        case .none: "none"
        case .readable: "readable"
        case .erased: "erased"
        case .unreadable: "unreadable"
        }
    }
}

extension OutcomeReader {
    /// The metadata of facts of one account, in their order.
    ///
    /// The keys are read from the store each time: one that has been destroyed, through whichever
    /// node, opens nothing any more.
    ///
    /// `catalog`: The account's; an erasure that it does not know yet is known by its key being gone.
    public func metadata(
        of facts: some Collection<RecordedFact>,
        by catalog: Catalog
    ) async throws(StoreError) -> [ReadableMetadata] {
        let names = facts.map { keyName(of: $0, isSandbox: catalog.isSandbox) }
        let wanted = Set(names.compactMap(\.self)).filter { !isErased($0, by: catalog) }
        var keys: [SealingKeyName: SealingKeyRecord] = [:]
        if !wanted.isEmpty { keys = try await sealingKeys?.keys(named: Array(wanted)) ?? [:] }
        var opened: [SealingKeyName: SealingKey] = [:]
        for (name, record) in keys {
            opened[name] = SealingKey(record)
        }
        return zip(facts, names).map { fact, name in
            guard let name else { return Self.plain(fact.metadata) }
            if isErased(name, by: catalog) { return .erased }
            guard let key = opened[name] else {
                // Closed on another node, whose change of the catalog is not here yet.
                return keys[name]?.isDestroyed == true ? .erased : .unreadable
            }
            let subject = fact.fact.metadataSubject
            let bytes = subject.flatMap {
                key.open(fact.metadata, of: $0, account: fact.stream.account)
            }
            return bytes.map { .readable($0) } ?? .unreadable
        }
    }

    private static func plain(_ slot: MetadataSlot) -> ReadableMetadata {
        guard !slot.bytes.isEmpty else { return .none }
        return slot.encryption == 0 ? .readable(slot.bytes) : .unreadable
    }

    private func isErased(_ name: SealingKeyName, by catalog: Catalog) -> Bool {
        guard let customer = CustomerKey(name.customer) else { return false }
        return catalog.erasures(of: customer).count > name.generation
    }

    /// The key that a fact's metadata is sealed with; nil when it is not sealed.
    private func keyName(of fact: RecordedFact, isSandbox: Bool) -> SealingKeyName? {
        guard let generation = SealingKey.generation(of: fact.metadata),
            let customer = fact.fact.metadataCustomer
        else { return nil }
        let account = fact.stream.account
        return SealingKeyName(
            partition: partitioning.partition(
                of: customer.text,
                account: account,
                isSandbox: isSandbox
            ),
            account: account,
            customer: customer.text,
            generation: generation
        )
    }
}

extension OutcomeFact {
    private var arrivedSignal: Signal? {
        switch event {
        case .signalApplied(let applied): applied.signal
        case .signalDeadLettered(let letter): letter.signal
        case .opened, .signalRedriven, .signalDiscarded, .settled: nil
        }
    }

    /// The accepted event whose metadata lies beside the fact.
    fileprivate var metadataSubject: EventID? { arrivedSignal?.eventID }

    /// Whose key it is sealed with.
    fileprivate var metadataCustomer: CustomerKey? { arrivedSignal?.customer }
}
