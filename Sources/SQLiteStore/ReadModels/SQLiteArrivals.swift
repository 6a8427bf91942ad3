// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ProjectionKit

/// When each of this node's read models of outcomes has got where.
public struct SQLiteArrivals: ArrivalsReader {
    let files: ReadModelSet

    /// When each read model first had the events at these places, one read for each of them.
    ///
    /// It may be asked while read models are being built anew.
    public func arrivals(at places: [PartitionPlace]) async throws(StoreError) -> [[Arrival]] {
        var arrivals = places.map { _ in [Arrival]() }
        guard !places.isEmpty else { return arrivals }
        for model in ReadModelName.allCases where model.showsOutcomes {
            let found = try await files.home(of: model).file.read { database in
                try places.map {
                    try ArrivalStatements.arrival(of: model.projection, at: $0, database)
                }
            }
            for (index, arrival) in found.enumerated() {
                if let arrival { arrivals[index].append(arrival) }
            }
        }
        return arrivals
    }
}
