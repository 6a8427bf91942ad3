// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
import OutcomeRuntime
import ProjectionKit

/// What a simulation has read: how far each partition's log, as of which instant, and by which
/// catalog version.
///
/// The same question at the same position has the same answer: facts recorded after it are not read.
public struct SimulationPosition: Hashable, Sendable {
    /// By partition the last fact read; a partition that is absent had none.
    public let places: [Partition: LogPosition]
    /// What is due by then has settled.
    public let now: Timestamp
    /// The account's catalog version that names in the question are looked up in.
    public let catalogVersion: Int

    init(places: [Partition: LogPosition], now: Timestamp, catalogVersion: Int) {
        self.places = places.filter { $0.value > .start }
        self.now = now
        self.catalogVersion = catalogVersion
    }

    /// Whether a fact had been recorded by then.
    func covers(_ followed: FollowedFact) -> Bool {
        followed.position <= places[followed.partition] ?? .start
    }

    // MARK: Text form

    private static let formVersion: UInt8 = 1
    private static let markBytes = 8
    private static let textLimitBytes = 65_536

    /// The opaque text: base 64 of version, account mark (8 bytes), then as variable-length integers
    /// the instant, the catalog version, and for each partition in order the gap to the one before
    /// and the place.
    public func text(for account: AccountID) -> String {
        var bytes: [UInt8] = [Self.formVersion]
        BigEndian.append(Self.mark(of: account), to: &bytes)
        VariableInteger.append(UInt64(now.microseconds), to: &bytes)
        VariableInteger.append(UInt64(catalogVersion), to: &bytes)
        var following = 0
        for (partition, place) in places.sorted(by: { $0.key < $1.key }) {
            VariableInteger.append(UInt64(partition.number - following), to: &bytes)
            VariableInteger.append(UInt64(place.value), to: &bytes)
            following = partition.number + 1
        }
        return Base64URL.encode(bytes)
    }

    /// Reads a text; nil when `text` would not have written exactly that for the account.
    public init?(_ text: String, account: AccountID) {
        guard text.utf8.count <= Self.textLimitBytes, let bytes = Base64URL.decode(text),
            bytes.count > 1 + Self.markBytes, bytes[0] == Self.formVersion,
            BigEndian.read(bytes[1...Self.markBytes]) == Self.mark(of: account)
        else { return nil }
        var rest = bytes.dropFirst(1 + Self.markBytes)
        guard
            let now = VariableInteger.read(from: &rest)
                .flatMap({ Int64(exactly: $0) }).flatMap({ Timestamp(microseconds: $0) }),
            let version = VariableInteger.read(from: &rest), version <= UInt64(Int32.max)
        else { return nil }
        var places: [Partition: LogPosition] = [:]
        var following = 0
        while !rest.isEmpty {
            guard let gap = VariableInteger.read(from: &rest),
                let place = VariableInteger.read(from: &rest).flatMap({ Int64(exactly: $0) }),
                place > 0, gap < UInt64(Partitioning.maximumCount)
            else { return nil }
            let number = following + Int(gap)
            guard number < Partitioning.maximumCount else { return nil }
            places[Partition(number)] = LogPosition(place)
            following = number + 1
        }
        self.init(places: places, now: now, catalogVersion: Int(version))
    }

    private static func mark(of account: AccountID) -> UInt64 {
        Digest.sha256(Array(account.text.utf8)).prefix64
    }
}
