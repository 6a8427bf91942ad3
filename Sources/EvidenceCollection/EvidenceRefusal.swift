// SPDX-License-Identifier: Apache-2.0

public import EventStore

/// Why no bundle was made.
public enum EvidenceRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The account has nothing of that name.
    case unknown
    /// It would hold more than it may.
    case tooLarge(EvidenceLimits)
    /// No checkpoint has all events of a partition yet.
    case pending(Partition)
    /// The ledger's read model does not have all events that the checkpoint of a partition has.
    case behind(Partition)
    /// The latest checkpoint of a partition has so many events, and somebody has kept one with more.
    case shorter(Partition, size: Int64)
    /// What is stored contradicts itself; nothing of it is passed off as evidence.
    case contradiction(String)
    /// The store did not answer.
    case store(StoreError)

    /// Safe for a client; names no key.
    public var description: String {
        switch self {
        case .unknown: "there is nothing of that name in the account"
        case .tooLarge(let limits):
            "it has more than \(limits.events) events or \(limits.bytes) bytes"
        case .pending(let partition):
            "no checkpoint has all events of partition \(partition) yet"
        case .behind(let partition):
            "the ledger's read model does not have all signed events of partition \(partition) yet"
        case .shorter(let partition, let size):
            "the latest checkpoint of partition \(partition) has \(size) events, and the one that was "
                + "kept has more"
        case .contradiction(let what): what
        case .store(let error): error.description
        }
    }
}

/// How much a bundle may hold.
public struct EvidenceLimits: Hashable, Sendable {
    /// At most so many events of outcomes.
    public let events: Int
    /// At most so many bytes.
    public let bytes: Int

    /// Sets limits.
    public init(events: Int, bytes: Int) {
        self.events = events
        self.bytes = bytes
    }

    /// As much as there is.
    public static let none = EvidenceLimits(events: .max, bytes: .max)
}
