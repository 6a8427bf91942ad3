// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import MetadataSealing
import OutcomeDomain

/// Which key a customer's metadata is sealed with, as an event says.
struct SealedUse: Hashable {
    /// The key of the customer, in the generation that the event names.
    let key: SealingKeyName
    /// What the event names it by.
    let id: [UInt8]

    /// Of an event that brings this signal; nil when its metadata is not sealed.
    ///
    /// `partition`: Where the keys of a customer lie.
    init?(
        _ slot: MetadataSlot,
        of signal: Signal,
        account: AccountID,
        partition: (CustomerKey) -> Partition
    ) {
        guard let generation = SealingKey.generation(of: slot) else { return nil }
        key = SealingKeyName(
            partition: partition(signal.customer),
            account: account,
            customer: signal.customer.text,
            generation: generation
        )
        id = slot.keyID
    }
}

extension Partitioning {
    /// Where the keys lie that an account seals a customer's metadata with.
    func partition(
        ofKeysFor customer: CustomerKey,
        _ account: AccountID,
        isSandbox: Bool
    ) -> Partition {
        guard !isSandbox else { return partition(sandbox: account) }
        return partition(
            fingerprint: Self.fingerprint(account: account, key: customer.text)
        )
    }
}
