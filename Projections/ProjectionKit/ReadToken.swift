// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

/// What a client passes as `?after=` to read its own write: places in ingest logs, and a catalog
/// version (SPEC 3, `position`).
///
/// One token covers a whole batch. It is opaque to clients and tells nothing but numbers; a token of
/// another account waits for other people's writes and shows nothing of them.
public struct ReadToken: Hashable, Sendable {
    /// For each partition written to, the last place written.
    public private(set) var places: [Partition: IngestPosition]
    /// The account's catalog version that was written, if one was.
    public private(set) var catalogVersion: Int?

    /// At most this many partitions in one token: a batch has no more events (SPEC 3).
    public static let placesLimit = 1_000

    /// Puts a token together.
    public init(places: [Partition: IngestPosition] = [:], catalogVersion: Int? = nil) {
        self.places = places
        self.catalogVersion = catalogVersion
    }

    /// The token of one accepted record.
    public init(_ receipt: IngestReceipt) {
        self.init(places: [receipt.partition: receipt.position])
    }

    /// The token of many accepted records: the last place of each partition.
    public init(_ receipts: some Sequence<IngestReceipt>) {
        self.init()
        for receipt in receipts {
            add(receipt)
        }
    }

    /// Covers one more record.
    public mutating func add(_ receipt: IngestReceipt) {
        places[receipt.partition] = max(places[receipt.partition] ?? .start, receipt.position)
    }

    /// Covers all that another token covers.
    public mutating func merge(_ other: ReadToken) {
        places.merge(other.places, uniquingKeysWith: max)
        if let version = other.catalogVersion {
            catalogVersion = max(catalogVersion ?? 0, version)
        }
    }
}
