// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

extension ReadToken {
    private static let formVersion: UInt8 = 1
    private static let textLimitBytes = 20_000

    /// The opaque text: base 64 of version, catalog version + 1 (0 for none), and for each partition
    /// in order the gap to the one before and the place, all as variable-length integers.
    ///
    /// Some tens of bytes for one event, a few hundred for a batch over 64 partitions.
    public var text: String {
        var bytes: [UInt8] = [Self.formVersion]
        VariableInteger.append(UInt64(catalogVersion.map { $0 + 1 } ?? 0), to: &bytes)
        var following = 0
        for (partition, place) in places.sorted(by: { $0.key < $1.key }) {
            VariableInteger.append(UInt64(partition.number - following), to: &bytes)
            VariableInteger.append(UInt64(place.value), to: &bytes)
            following = partition.number + 1
        }
        return Base64URL.encode(bytes)
    }

    /// Reads a text; nil when `text` would not have written exactly that.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.textLimitBytes, let bytes = Base64URL.decode(text),
            bytes.first == Self.formVersion
        else { return nil }
        var rest = bytes.dropFirst()
        guard let version = VariableInteger.read(from: &rest), version <= UInt64(Int32.max) else {
            return nil
        }
        var places: [Partition: IngestPosition] = [:]
        var following = 0
        while !rest.isEmpty {
            guard let gap = VariableInteger.read(from: &rest),
                let place = VariableInteger.read(from: &rest).flatMap(Int64.init(exactly:)),
                gap <= UInt64(Partitioning.maximumCount), places.count < Self.placesLimit
            else { return nil }
            let number = following + Int(gap)
            guard number <= Partitioning.maximumCount else { return nil }
            places[Partition(number)] = IngestPosition(place)
            following = number + 1
        }
        self.init(places: places, catalogVersion: version == 0 ? nil : Int(version) - 1)
    }
}
