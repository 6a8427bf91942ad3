// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// A place in a list that is ordered by a time and then by bytes, both of which never change.
///
/// It names the last element seen, not a row number: it stays right when rows are added and when
/// the read model is built anew (SPEC 8). It is bound to the list and the account; filters are not
/// part of it.
public struct PageCursor: Hashable, Sendable {
    /// The lists that have cursors.
    public enum List: UInt8, Sendable, CaseIterable {
        /// The feed of outcomes: `opened_at`, key.
        case outcomes = 1
        /// The ledger's postings: `recorded_at`, id.
        case postings = 2
        /// The ledger's balances: no time; customer, agent, currency.
        case balances = 3
        /// The outstanding dead letters: `received_at`, event id.
        case deadLetters = 4
        /// The groups of dead letters: no time; code and what is missing.
        case deadLetterGroups = 5
        /// Journeys: no time; partition and place, or the version of a stream.
        case journeys = 6
        /// Delivered value: `created_at`, position and partition of the fact.
        case values = 7
        /// Delivered value by agent: no time; the agent's number.
        case valueAgents = 8
    }

    /// Which list it is a place in.
    public let list: List
    /// Whose list it is.
    public let account: AccountID
    /// The last element's time.
    public let time: Timestamp
    /// What orders elements of one time.
    public let tie: [UInt8]

    /// Names a place.
    public init(list: List, account: AccountID, time: Timestamp, tie: [UInt8]) {
        self.list = list
        self.account = account
        self.time = time
        self.tie = tie
    }
}

/// Why a text is no cursor of this list and account.
public enum PageCursorError: Error, Hashable, Sendable {
    /// The text is none, or one of another list.
    case malformed
    /// It is another account's: its list is empty here.
    case foreign
}

// MARK: Text form

extension PageCursor {
    private static let formVersion: UInt8 = 1
    private static let headerBytes = 18
    private static let tieLimitBytes = 2_200

    /// The opaque text: base 64 of version, list, account mark (8 bytes), time (8 bytes) and tie.
    public var text: String {
        var bytes: [UInt8] = [Self.formVersion, list.rawValue]
        bytes.reserveCapacity(Self.headerBytes + tie.count)
        BigEndian.append(Self.mark(of: account), to: &bytes)
        BigEndian.append(UInt64(bitPattern: time.microseconds), to: &bytes)
        bytes.append(contentsOf: tie)
        return Base64URL.encode(bytes)
    }

    /// Reads a text that `text` has made.
    public init(
        decoding text: String,
        list: List,
        account: AccountID
    ) throws(PageCursorError) {
        guard text.utf8.count <= (Self.headerBytes + Self.tieLimitBytes) * 2,
            let bytes = Base64URL.decode(text), bytes.count >= Self.headerBytes,
            bytes[0] == Self.formVersion, bytes[1] == list.rawValue,
            let microseconds = Int64(exactly: BigEndian.read(bytes[10..<18])),
            let time = Timestamp(microseconds: microseconds)
        else { throw .malformed }
        guard BigEndian.read(bytes[2..<10]) == Self.mark(of: account) else { throw .foreign }
        self.init(
            list: list,
            account: account,
            time: time,
            tie: Array(bytes[Self.headerBytes...])
        )
    }

    private static func mark(of account: AccountID) -> UInt64 {
        Digest.sha256(Array(account.text.utf8)).prefix64
    }
}
