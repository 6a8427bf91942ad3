// SPDX-License-Identifier: Apache-2.0

/// Shares a number of payload bytes among readers that take their parts one after the other: what
/// one leaves goes to those after it.
package struct ByteBudget: Sendable {
    private var left: Int
    private var readers: Int

    package init(bytes: Int, readers: Int) {
        left = bytes
        self.readers = readers
    }

    /// What the next reader may take.
    package var part: Int { max(0, left) / max(1, readers) }

    /// The next reader has taken these records.
    package mutating func take(_ records: some Sequence<IngestRecord>) {
        left -= records.reduce(0) { $0 + $1.payload.count }
        readers -= 1
    }

    /// How many of the records the next reader may take: the first, and what fits.
    package func count(of records: [IngestRecord]) -> Int {
        var room = part
        var count = 0
        for record in records {
            room -= record.payload.count
            guard room >= 0 || count == 0 else { break }
            count += 1
        }
        return count
    }
}
