// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ProjectionKit

/// When each of this node's read models has got where.
public struct SQLiteArrivals: ArrivalsReader {
    let file: ReadModelFile
    /// Each projection with the name of its checkpoints.
    let projections: [(projection: String, name: String)]

    /// When each read model first had the events at these places, in one read.
    ///
    /// It may be asked while read models are being built anew.
    public func arrivals(at places: [PartitionPlace]) async throws(StoreError) -> [[Arrival]] {
        guard !places.isEmpty else { return [] }
        return try await file.read { database in
            try places.map { place in
                try projections.compactMap { projection, name in
                    try ArrivalStatements.arrival(
                        of: projection,
                        named: name,
                        at: place,
                        database
                    )
                }
            }
        }
    }
}
