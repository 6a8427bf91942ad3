// SPDX-License-Identifier: Apache-2.0

public import EventStore
import ExactValues

/// How far a client has been told of changes: a place in each partition's event log.
///
/// Opaque to clients; it tells nothing but numbers, and shows nothing of other accounts: what it
/// leads to is read for the account that asks.
public struct ChangeCursor: Hashable, Sendable {
    /// The last place told of, by partition.
    public private(set) var places: [Partition: LogPosition]

    /// Names places.
    public init(places: [Partition: LogPosition]) { self.places = places }

    /// The later of two places in each partition.
    public func furthest(_ other: ChangeCursor) -> ChangeCursor {
        ChangeCursor(places: places.merging(other.places, uniquingKeysWith: max))
    }
}

// MARK: Text form

extension ChangeCursor {
    private static let formVersion: UInt8 = 1
    /// A header field has room for it.
    private static let textLimitBytes = 16_000

    /// The opaque text: base 64 of version, the least place, and for each run of partitions the gap
    /// to the one before, its length, and how far each place is beyond the least one, all as
    /// variable-length integers.
    ///
    /// Keys are spread evenly, so that places lie close together: some three characters a partition.
    public var text: String {
        let least = places.values.min() ?? .start
        var bytes: [UInt8] = [Self.formVersion]
        bytes.reserveCapacity(16 + places.count * 3)
        VariableInteger.append(UInt64(least.value), to: &bytes)
        var rest = places.keys.sorted()[...]
        var following = 0
        while let first = rest.first {
            let run = rest.enumerated().prefix { $1.number == first.number + $0 }.map(\.element)
            VariableInteger.append(UInt64(first.number - following), to: &bytes)
            VariableInteger.append(UInt64(run.count), to: &bytes)
            for partition in run {
                let place = places[partition] ?? least
                VariableInteger.append(UInt64(place.value - least.value), to: &bytes)
            }
            following = first.number + run.count
            rest = rest.dropFirst(run.count)
        }
        return Base64URL.encode(bytes)
    }

    /// Reads a text; nil when `text` would not have written exactly that.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.textLimitBytes, let bytes = Base64URL.decode(text),
            bytes.first == Self.formVersion
        else { return nil }
        var rest = bytes.dropFirst()
        guard let least = VariableInteger.read(from: &rest).flatMap(Int64.init(exactly:)) else {
            return nil
        }
        let limit = UInt64(Partitioning.maximumCount)
        var places: [Partition: LogPosition] = [:]
        var following: UInt64 = 0
        while !rest.isEmpty {
            guard let gap = VariableInteger.read(from: &rest), gap < limit,
                let count = VariableInteger.read(from: &rest), count <= limit,
                following + gap + count <= limit
            else { return nil }
            for number in following + gap..<following + gap + count {
                guard let beyond = VariableInteger.read(from: &rest).flatMap(Int64.init(exactly:))
                else { return nil }
                let (place, isTooFar) = least.addingReportingOverflow(beyond)
                guard !isTooFar else { return nil }
                places[Partition(Int(number))] = LogPosition(place)
            }
            following += gap + count
        }
        self.init(places: places)
        guard self.text == text else { return nil }
    }
}
