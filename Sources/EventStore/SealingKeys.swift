// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// The port to the keys that client metadata is sealed with, kept apart from the log so that they
/// can be destroyed while everything that was written stays as it is.
///
/// A customer has one key at a time. An erasure closes that generation; what is accepted afterwards
/// is sealed with a key of the next.
public protocol SealingKeys: Sendable {
    /// Makes these keys, durable on return, unless their owners have one already or theirs is a
    /// generation that has been closed; racing callers are all told the same key. One that was lost
    /// is replaced.
    ///
    /// - Returns: The key that holds for each name; absent where the generation is closed.
    func admitKeys(
        _ candidates: [SealingKeyRecord]
    ) async throws(StoreError) -> [SealingKeyName: SealingKeyRecord]

    /// The keys of these names, as far as there has ever been one; without its secret when it was
    /// destroyed.
    func keys(
        named names: [SealingKeyName]
    ) async throws(StoreError) -> [SealingKeyName: SealingKeyRecord]

    /// Destroys an owner's keys up to this generation and closes it: durable on return, and no key
    /// of those generations is made any more. Again is nothing.
    func destroyKeys(through name: SealingKeyName) async throws(StoreError)
}

/// Names a sealing key: whose metadata it seals, and how many erasures were before it.
public struct SealingKeyName: Hashable, Sendable {
    /// Where the keys of this customer lie.
    public let partition: Partition
    /// The account.
    public let account: AccountID
    /// The account's customer key, whether or not its catalog knows it.
    public let customer: Text
    /// The number of the customer's erasures when it was made.
    public let generation: Int

    /// Names a key.
    public init(partition: Partition, account: AccountID, customer: Text, generation: Int) {
        self.partition = partition
        self.account = account
        self.customer = customer
        self.generation = generation
    }
}

/// A sealing key as it is kept.
public struct SealingKeyRecord: Hashable, Sendable {
    /// The number of bytes of a key's id.
    public static let idByteCount = 16
    /// The number of bytes of a secret.
    public static let secretByteCount = 32

    /// Whose key it is.
    public let name: SealingKeyName
    /// What slots name it by; empty where a generation was closed that never had a key.
    public let id: [UInt8]
    /// What it seals with; nil once it has been destroyed, or when it is lost.
    public let secret: [UInt8]?
    /// Whether it was destroyed on request.
    public let isDestroyed: Bool

    /// Puts a record together.
    ///
    /// `isLost`: Whether a missing secret was never asked to go.
    public init(name: SealingKeyName, id: [UInt8], secret: [UInt8]?, isLost: Bool = false) {
        self.name = name
        self.id = id
        self.secret = secret
        isDestroyed = secret == nil && !isLost
    }
}

extension SealingKeyRecord: CustomStringConvertible, CustomReflectable {
    /// Never shows the secret.
    public var description: String {
        "a sealing key\(isDestroyed ? ", destroyed" : secret == nil ? ", lost" : "")"
    }

    /// Never shows the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SealingKeyName: Comparable {
    /// By partition, account, the bytes of the customer key, and generation: as every store orders
    /// them.
    public static func < (left: SealingKeyName, right: SealingKeyName) -> Bool {
        if left.partition != right.partition { return left.partition < right.partition }
        if left.account != right.account { return left.account.text < right.account.text }
        if left.customer != right.customer { return left.customer < right.customer }
        return left.generation < right.generation
    }
}
