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
    init?(
        _ slot: MetadataSlot,
        of signal: Signal,
        account: AccountID,
        isSandbox: Bool,
        in partitioning: Partitioning
    ) {
        guard let generation = SealingKey.generation(of: slot) else { return nil }
        key = SealingKeyName(
            partition: partitioning.partition(
                of: signal.customer.text,
                account: account,
                isSandbox: isSandbox
            ),
            account: account,
            customer: signal.customer.text,
            generation: generation
        )
        id = slot.keyID
    }
}
