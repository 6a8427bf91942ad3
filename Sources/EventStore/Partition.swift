// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// The unit of order, of ownership and of scale.
public struct Partition: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Its number, from 0.
    public let number: Int

    /// Names a partition.
    public init(_ number: Int) { self.number = number }

    /// The number.
    public var description: String { String(number) }

    /// By number.
    public static func < (left: Partition, right: Partition) -> Bool { left.number < right.number }
}

/// How keys are spread over a store's partitions; fixed when the store is created.
public struct Partitioning: Hashable, Sendable {
    /// The number of partitions that hold outcomes.
    public let count: Int

    /// The number of partitions a store gets unless told otherwise.
    public static let defaultCount = 64
    /// At most this many, so that a partition fits an event id.
    public static let maximumCount = 4096

    /// Fixes the number of partitions; nil outside 1 to 4096.
    public init?(count: Int) {
        guard (1...Self.maximumCount).contains(count) else { return nil }
        self.count = count
    }

    /// Every partition that holds outcomes, in order.
    public var outcomePartitions: [Partition] { (0..<count).map(Partition.init) }

    /// The one partition that holds the catalog streams.
    ///
    /// It has no ingest log and no owner: any node appends to it, under its head's lock.
    public var catalogPartition: Partition { Partition(count) }

    /// Where an outcome of a live account lives: the first eight bytes, big-endian, of
    /// SHA-256(account id, 0x00, outcome key), modulo the number of partitions.
    public func partition(fingerprint: UInt64) -> Partition {
        Partition(Int(fingerprint % UInt64(count)))
    }

    /// Where everything of a sandbox account lives (SPEC 2: wholly in one partition).
    public func partition(sandbox account: AccountID) -> Partition {
        let digest = account.text.withUTF8 { Digest.sha256(UnsafeRawBufferPointer($0)) }
        return Partition(Int(digest.prefix64 % UInt64(count)))
    }

    /// Where what goes by a key of an account lives: an outcome, or what a customer is sealed with.
    public func partition(of key: Text, account: AccountID, isSandbox: Bool) -> Partition {
        guard !isSandbox else { return partition(sandbox: account) }
        return partition(fingerprint: Self.fingerprint(account: account, key: key))
    }

    /// The first eight bytes of SHA-256(account id, 0x00, key).
    public static func fingerprint(account: AccountID, key: Text) -> UInt64 {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(account.text.utf8.count + 1 + key.utf8.count)
        bytes.append(contentsOf: account.text.utf8)
        bytes.append(0)
        bytes.append(contentsOf: key.utf8)
        return Digest.sha256(bytes).prefix64
    }
}
