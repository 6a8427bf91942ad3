// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// What a stream is about.
public enum StreamKind: String, Hashable, Sendable, CaseIterable {
    /// One outcome key.
    case outcome
    /// The catalog of one account; the key is empty.
    case catalog
    /// One record of delivered value (ADR 0038).
    case value
}

/// Names a stream: account, kind, and the key's bytes.
public struct StreamID: Hashable, Sendable {
    /// Whose stream it is.
    public let account: AccountID
    /// What it is about.
    public let kind: StreamKind
    /// The outcome key; empty for a catalog; what a record of delivered value was given.
    public let key: Text
    /// What the three hash to: a stream is looked up many times for each time it is named.
    private let mark: Int

    /// Names a stream.
    public init(account: AccountID, kind: StreamKind, key: Text) {
        self.account = account
        self.kind = kind
        self.key = key
        var hasher = Hasher()
        hasher.combine(key)
        hasher.combine(account)
        mark = hasher.finalize()
    }

    /// By bytes; keys differ sooner than accounts do.
    public static func == (left: StreamID, right: StreamID) -> Bool {
        left.mark == right.mark && left.key == right.key && left.account == right.account
            && left.kind == right.kind
    }

    /// Hashes key and account; the kinds of one key are few.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(mark)
    }

    /// The stream of one outcome key.
    public static func outcome(_ account: AccountID, _ key: Text) -> StreamID {
        StreamID(account: account, kind: .outcome, key: key)
    }

    /// The catalog stream of an account.
    public static func catalog(_ account: AccountID) -> StreamID {
        StreamID(account: account, kind: .catalog, key: "")
    }

    /// The stream of one record of delivered value.
    public static func value(_ account: AccountID, _ key: Text) -> StreamID {
        StreamID(account: account, kind: .value, key: key)
    }
}

extension StreamID {
    /// The first eight bytes of SHA-256(account id, 0x00, key), as stores keep them.
    package var fingerprint: Int64 {
        Int64(bitPattern: Partitioning.fingerprint(account: account, key: key))
    }
}

extension StreamKind {
    /// How stores keep the kind.
    package var number: Int {
        switch self {
        case .outcome: 0
        case .catalog: 1
        case .value: 2
        }
    }

    /// The kind kept so; nil when there is none.
    package init?(number: Int64) {
        switch number {
        case 0: self = .outcome
        case 1: self = .catalog
        case 2: self = .value
        default: return nil
        }
    }
}
